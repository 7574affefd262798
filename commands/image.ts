import { appendFileSync, writeFileSync } from "node:fs";

import { execa } from "execa";

import { publishImage, withImageRepository, withRegistryToken } from "../images/publish";
import { releaseImage } from "../images/release";
import { main } from "./command";
import { CommandError } from "./commandError";
import { root } from "./state";

void main({
  name: "image",
  summary:
    "builds the gateway's image of this commit, pushes it to $IMAGE_REPOSITORY, and signs it with $IMAGE_SIGNING_KEY",
  options: { "sbom FILE": "writes what is in the image to this file, as CycloneDX" },
  run: async ({ state, options }) => {
    const image = await withRegistryToken(process.env, () =>
      withImageRepository(process.env, (repository) =>
        publishImage(repository, process.env, state.imageLockFile),
      ),
    ).catch((error: Error) => {
      throw new CommandError(error.message, "solve what is named below, then run this again");
    });
    if (options["sbom"] !== undefined) await writeBillOfMaterials(options["sbom"]);
    console.log(releaseImage(image));
    // What the next steps of a GitHub job read as steps.<id>.outputs.
    const outputs = process.env["GITHUB_OUTPUT"];
    if (outputs)
      appendFileSync(outputs, `repository=${image.repository}\ntag=${image.tag}\ndigest=${image.digest}\n`);
  },
});

/** The npm packages of the image, as the lock file pins them. */
async function writeBillOfMaterials(file: string): Promise<void> {
  const args = ["sbom", "--sbom-format=cyclonedx", "--omit=dev", "--workspace=@apexmcp/gateway"];
  const { stdout } = await execa("npm", args, { cwd: root });
  writeFileSync(file, `${stdout}\n`);
}
