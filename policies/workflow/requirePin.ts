import { parseImage } from "../container/imageReference";
import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readText } from "../unknown";
import { jobsOf, stepsOf, workflowType } from "./workflowType";

/** Requires actions and reusable workflows by commit, and images by digest: whoever moves a tag runs with our secrets. */
export const requirePin = definePolicy({
  finding: "workflow-action-require-pin",
  type: workflowType,
  *check({ props }) {
    for (const { path, value } of [...jobsOf(props), ...stepsOf(props)]) {
      const uses = readText(value, "uses");
      if (typeof uses === "string" && !isPinned(uses)) {
        yield { observed: `${path}.uses is ${masked(uses)}`, required: "a full commit SHA, or a digest" };
      }
    }
    for (const { path, value } of jobsOf(props)) yield* imageProblems(path, value);
  },
});

function isPinned(uses: string): boolean {
  if (uses.startsWith("./")) return true;
  if (uses.startsWith("docker://")) return parseImage(uses.slice("docker://".length)).digest !== undefined;
  return /@([0-9a-f]{40}|[0-9a-f]{64})$/.test(uses);
}

function* imageProblems(path: string, job: unknown) {
  const services = read(job, "services");
  const names = typeof services === "object" && services !== null ? Object.keys(services) : [];
  const images = [
    { at: `${path}.container`, image: readText(job, "container") ?? readText(job, "container", "image") },
    ...names.map((name) => ({
      at: `${path}.services.${name}.image`,
      image: readText(services, name, "image"),
    })),
  ];
  for (const { at, image } of images) {
    if (typeof image === "string" && !image.includes("${{") && !parseImage(image).digest) {
      yield { observed: `${at} is ${masked(image)}`, required: "an image by digest" };
    }
  }
}
