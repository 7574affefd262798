import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readText } from "../unknown";
import { jobsOf, workflowType } from "./workflowType";

/** Requires a workflow's token to have named permissions only: absent, they are the repository's default, often all. */
export const limitPermissions = definePolicy({
  finding: "workflow-token-limit-permissions",
  type: workflowType,
  *check({ props }) {
    const required = "permissions: {} at the top, and each job's own";
    const top = read(props, "permissions");
    const jobs = jobsOf(props);
    if (top === undefined && jobs.some(({ value }) => read(value, "permissions") === undefined)) {
      yield { observed: "permissions is absent", required };
    }
    for (const { path, value } of [{ path: "permissions", value: top }, ...jobs.map(ownPermissions)]) {
      if (value === "write-all") yield { observed: `${path} is ${masked(value)}`, required };
    }
    if (readText(top, "contents") === "write" && jobs.length > 1) {
      yield { observed: "permissions.contents is write, for every job", required };
    }
  },
});

const ownPermissions = ({ path, value }: { path: string; value: unknown }) => ({
  path: `${path}.permissions`,
  value: read(value, "permissions"),
});
