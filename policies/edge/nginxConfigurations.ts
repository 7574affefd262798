import { texts } from "../texts";

/** The texts among a resource's inputs that configure an nginx server, without their comments. */
export function nginxConfigurations(props: unknown): { path: string; text: string }[] {
  return [...texts(props)]
    .filter(({ value }) => /(^|[\s{};])server\s*\{/.test(value))
    .map(({ path, value }) => ({
      path,
      text: value.replace(/(^|\s)#.*$/gm, "").replace(/([;{}])(?=\s*\w)/g, "$1\n"),
    }));
}
