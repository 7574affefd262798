import { dirname, resolve } from "node:path";

import { composeProject, isCompose } from "./compose/composeFile";
import { variablesFor, type Variables } from "./compose/environment";
import { interpolate } from "./compose/interpolate";
import { translate } from "./compose/translate";
import { UnreadableError, type Declarations, type Declared } from "./declarations";
import { isNginx, readNginx } from "./nginxFile";
import { isPulumiJson, readPulumi } from "./pulumiFile";
import { readText } from "./readText";
import { isWorkflow, readWorkflow } from "./workflowFile";
import { mapTexts, parseYaml } from "./yamlTree";

/**
 * What a file declares, whatever it is: a Pulumi state export, a preview's JSON, a compose file, a GitHub workflow or nginx'
 * configuration.
 * What can't be read is an error of the file, never an absence of violations.
 *
 * @param variables of the process, with which compose files are filled in
 */
export function readFile(file: string, variables: Variables): Declarations {
  try {
    return { file, declared: declaredIn(file, variables), errors: [] };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    const at = error.file === undefined || error.file === resolve(file) ? file : error.file;
    return { file, declared: [], errors: [{ file: at, line: error.line, message: error.message }] };
  }
}

function declaredIn(file: string, variables: Variables): Declared[] {
  const path = resolve(file);
  const text = readText(path);
  if (/^\s*[{[]/.test(text)) {
    const json = parseJson(text);
    if (isPulumiJson(json)) return readPulumi(json, text);
  }
  if (isNginx(text)) return readNginx(text, file);
  const tree = parseYaml(text, path);
  if (isCompose(tree)) {
    const filled = variablesFor(dirname(path), variables);
    return translate(
      composeProject(
        mapTexts(tree, (value) => interpolate(value, filled)),
        filled,
      ),
      filled,
    );
  }
  if (isWorkflow(tree)) return readWorkflow(tree, file);
  throw new UnreadableError(
    "is no Pulumi state or preview, compose file, GitHub workflow or nginx configuration: it has neither deployment, steps, services, jobs nor server",
    1,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = Number(/position (\d+)/.exec((error as Error).message)?.[1] ?? text.length);
    const line = text.slice(0, position).split("\n").length;
    throw new UnreadableError("not valid JSON, or half of it", line);
  }
}
