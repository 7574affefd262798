import { containerPolicy } from "../container/containerPolicy";
import type { ContainerCore } from "../container/containerSpec";
import { parseImage } from "../container/imageReference";
import type { Problem } from "../definePolicy";
import { masked } from "../masked";
import { unknown, type Unknown } from "../unknown";

const serverImage = /(^|\/)(vault|vault-enterprise|openbao|openbao-ubi|openbao-hsm-ubi|bao)$/;
/** `-dev`, `--dev`, `-dev-tls`, `-dev-root-token-id=…`; its value may be a secret and isn't shown. */
const devFlag = /^(--?dev(?:-[a-z-]+)?)(?:=(.*))?$/;
/** In a shell's one argument: `sh -c "exec vault server -dev"`. */
const shellCommand = /\b(?:vault|bao)\s+server\b[^;&|]*?\s(--?dev(?:-[a-z-]+)?)\b/;

/**
 * Refuses Vault's (and OpenBao's) dev mode, in any image: by flag, by VAULT_DEV_* in the environment, and by an image
 * of Vault without a command, since the official image's own is `server -dev`.
 */
export const disallowDevMode = containerPolicy({
  finding: "vault-server-disallow-dev-mode",
  *check(container) {
    const image = container.image.value;
    const isVault = typeof image === "string" && serverImage.test(parseImage(image).repository);
    yield* commandProblems(container, isVault);
    for (const { path, name } of container.environment) {
      if (name && /^(VAULT|BAO)_DEV_/.test(name))
        yield { observed: `${path} sets ${name}`, required: "no VAULT_DEV_ variable" };
    }
  },
});

function* commandProblems(container: ContainerCore, isVault: boolean): Iterable<Problem> {
  const required = "vault server -config=…, without -dev";
  const words: (string | Unknown)[] = [];
  for (const { path, value } of [container.entrypoint, container.arguments]) {
    if (value === unknown) {
      if (isVault)
        yield { observed: `${path} is ${masked(unknown)}`, required: "a command that the preview can show" };
      return;
    }
    words.push(...(value ?? []));
  }
  if (isVault && words.length === 0) {
    yield { observed: `${container.arguments.path} is absent, and the image's own is server -dev`, required };
    return;
  }
  if (isVault && words.includes(unknown)) {
    yield {
      observed: `${container.arguments.path} has a word ${masked(unknown)}`,
      required: "a command that the preview can show",
    };
  }
  const known = words.filter((word) => word !== unknown);
  const serves =
    known.includes("server") && (isVault || known.some((word) => /(^|\/)(vault|bao)$/.test(word)));
  for (const word of known) {
    const flag = (serves ? devFlag.exec(word) : null) ?? shellCommand.exec(word);
    if (flag && flag[2] !== "false") {
      yield { observed: `the command has ${flag[1]}`, required };
      return;
    }
  }
}
