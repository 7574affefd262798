import { definePolicy } from "../definePolicy";
import { readTexts, unknown } from "../unknown";
import { isGrant } from "./grants";

/** Refuses ALL in a grant: it includes what nobody named, such as TRUNCATE and TRIGGER. */
export const disallowAllPrivileges = definePolicy({
  finding: "postgres-grant-disallow-all",
  appliesTo: isGrant,
  *check({ props }) {
    const privileges = readTexts(props, "privileges");
    if (privileges === unknown) {
      yield {
        observed: "privileges is unknown until deployed",
        required: "privileges that the preview can show",
      };
      return;
    }
    for (const [index, privilege] of privileges.entries()) {
      if (privilege === unknown || /^ALL( PRIVILEGES)?$/i.test(privilege.trim())) {
        yield {
          observed: `privileges[${index}] is ${privilege === unknown ? "unknown" : "ALL"}`,
          required: "each privilege by name",
        };
      }
    }
  },
});
