import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText } from "../unknown";

interface Parameters {
  publicRepositories: string[];
}

/** Refuses repositories that everybody can read, but the allowed; absent, GitHub makes them public. */
export const disallowPublicRepository = definePolicy<Parameters>({
  finding: "github-repository-disallow-public",
  type: "github:index/repository:Repository",
  parameters: {
    publicRepositories: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Repositories that may be public",
    },
  },
  *check({ props, name }, { publicRepositories }) {
    const repository = readText(props, "name");
    if (publicRepositories.includes(typeof repository === "string" ? repository : name)) return;
    const visibility = readText(props, "visibility");
    if (visibility === "private" || visibility === "internal") return;
    if (visibility === undefined && readText(props, "private") === "true") return;
    yield { observed: `visibility is ${masked(visibility)}`, required: "private or internal" };
  },
});
