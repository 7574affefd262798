import { containerPolicy } from "../container/containerPolicy";
import { parseImage } from "../container/imageReference";
import { texts } from "../texts";
import { unknown } from "../unknown";

const password = /^ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD$/;
const setsUp = /^(start-from-init|start-from-setup|setup)$/;

/**
 * Requires whoever sets a Zitadel instance up to choose its first administrator's password: left out, it is the one
 * in Zitadel's documentation.
 */
export const requireOwnPassword = containerPolicy({
  finding: "zitadel-admin-require-own-password",
  *check({ image, entrypoint, arguments: words, environment }, _parameters, { props }) {
    if (typeof image.value !== "string" || !/(^|\/)zitadel$/.test(parseImage(image.value).repository)) return;
    const command = [entrypoint, words].flatMap(({ value }) => (value === unknown ? [] : (value ?? [])));
    const step = command.find((word) => word !== unknown && setsUp.test(word));
    // A file of steps, as a rule a secret's, may hold it.
    if (step === undefined || command.some((word) => word !== unknown && /^--steps(=|$)/.test(word))) return;
    // An entry that is unknown as a whole may be it.
    if (environment.some(({ name, value }) => name === undefined || (password.test(name) && value !== "")))
      return;
    if ([...texts(props)].some(({ value }) => /\bHuman"?\s*:[^]*?\bPassword"?\s*:/.test(value))) return;
    yield {
      observed: `${words.path} has ${step as string}, and nothing sets the administrator's password`,
      required: "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD, generated",
    };
  },
});
