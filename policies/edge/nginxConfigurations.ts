import { declaresContainers } from "../container/containerSpec";
import { texts } from "../texts";

/** Type of a resource that is one configuration file of nginx, with its text as `content`. */
export const nginxFileType = "nginx:index/file:File";

/** Whether a resource of this type can hold nginx configurations. */
export const configuresNginx = (type: string): boolean => type === nginxFileType || declaresContainers(type);

/** Whether a text configures a server of nginx. */
export const configuresServer = (text: string): boolean => /(^|[\s{};])server\s*\{/.test(text);

/** The texts among a resource's inputs that configure an nginx server, without their comments. */
export function nginxConfigurations(props: unknown): { path: string; text: string }[] {
  return [...texts(props)]
    .filter(({ value }) => configuresServer(value))
    .map(({ path, value }) => ({
      path,
      text: value.replace(/(^|\s)#.*$/gm, "").replace(/([;{}])(?=\s*\w)/g, "$1\n"),
    }));
}
