import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import { stackLabels } from "./stackLabels";

/** The group that may read the secrets; the container's user has to be in it. */
export const fileGroup = "0";

/** Files by name: content as text. */
export interface Files {
  /** At /run/secrets, mode 0440, owned by root and its group, which the container's user is in. */
  readonly secrets?: Record<string, pulumi.Input<string>>;
  /** At /etc/apexmcp, mode 0444, owned by root. */
  readonly config?: Record<string, pulumi.Input<string>>;
}

export interface ContainerFilesArgs {
  readonly stackName: string;
  /** Docker's name of the container that will read the files. */
  readonly containerName: string;
  readonly image: pulumi.Input<string>;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly files: Files;
}

/**
 * Carries files into a container with a read-only root file system, without their content in an
 * environment, an image layer or `docker inspect` (container-inspect-disallow-secret).
 *
 * Docker refuses to copy into a read-only container, even onto a volume. So this second container of the same
 * image, which never starts and has no network, owns anonymous volumes that take the uploads; the real one
 * mounts them read-only with `volumesFrom`. They go when it goes. A changed file replaces it, and through
 * its id the container that reads it.
 */
export class ContainerFiles extends pulumi.ComponentResource {
  readonly container: docker.Container;

  constructor(name: string, args: ContainerFilesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:container:ContainerFiles", `${name}-files`, {}, opts);
    const { secrets = {}, config = {} } = args.files;

    this.container = new docker.Container(
      `${name}-files`,
      {
        name: `${args.containerName}-files`,
        image: args.image,
        entrypoints: ["/never-started"],
        command: [],
        user: `${args.user.uid}:${args.user.gid}`,
        labels: stackLabels(args.stackName),
        start: false,
        mustRun: false,
        networkMode: "none",
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges:true"],
        logDriver: "json-file",
        volumes: [
          ...(isEmpty(secrets) ? [] : [{ containerPath: "/run/secrets" }]),
          ...(isEmpty(config) ? [] : [{ containerPath: "/etc/apexmcp" }]),
        ],
        uploads: [...uploads("/run/secrets", secrets, "0440"), ...uploads("/etc/apexmcp", config, "0444")],
      },
      { parent: this, deleteBeforeReplace: true },
    );
    this.registerOutputs();
  }
}

/** Root owns them: Docker looks an owner up by name, which a minimal image doesn't have. */
function uploads(
  directory: string,
  files: Record<string, pulumi.Input<string>>,
  permissions: string,
): docker.types.input.ContainerUpload[] {
  return Object.entries(files).map(([file, content]) => ({
    file: `${directory}/${file}`,
    content,
    permissions,
  }));
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
