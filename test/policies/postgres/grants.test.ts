import { accepts, refuses } from "../cases";
import { evaluate, unknownValue, type TestedResource } from "../evaluate";

const grant = (props: object = {}): TestedResource => ({
  type: "postgresql:index/grant:Grant",
  props: {
    database: "app",
    role: "app",
    objectType: "table",
    objects: ["orders"],
    privileges: ["SELECT", "INSERT"],
    ...props,
  },
});
const defaults = (props: object = {}): TestedResource => ({
  type: "postgresql:index/defaultPrivileges:DefaultPrivileges",
  props: {
    database: "app",
    role: "app",
    owner: "migrator",
    objectType: "table",
    privileges: ["SELECT"],
    ...props,
  },
});
const membership = (props: object = {}): TestedResource => ({
  type: "postgresql:index/grantRole:GrantRole",
  props: { role: "app", grantRole: "readers", ...props },
});

describe("postgres-grant-disallow-all", () => {
  refuses("postgres-grant-disallow-all", {
    ALL: () => grant({ privileges: ["ALL"] }),
    "ALL among spaces": () => grant({ privileges: [" ALL "] }),
    "all privileges": () => grant({ privileges: ["all privileges"] }),
    "ALL by default": () => defaults({ privileges: ["ALL"] }),
    "privileges unknown until deployed": () => grant({ privileges: unknownValue }),
    "one privilege unknown until deployed": () => grant({ privileges: ["SELECT", unknownValue] }),
    "privileges unknown until deployed, on the audit log": () =>
      grant({ objects: ["audit_logs"], privileges: unknownValue }),
    "one privilege unknown until deployed, on the audit log": () =>
      grant({ objects: ["audit_logs"], privileges: ["SELECT", unknownValue] }),
  });

  test("says whether it is ALL or can't be known", async () => {
    expect((await evaluate(grant({ privileges: ["ALL"] }))).messages.join()).toContain(
      "privileges[0] is ALL",
    );
    expect((await evaluate(grant({ privileges: [unknownValue] }))).messages.join()).toContain(
      "privileges[0] is unknown",
    );
  });
});

describe("postgres-grant-disallow-public", () => {
  refuses("postgres-grant-disallow-public", {
    PUBLIC: () => grant({ role: "PUBLIC" }),
    "PUBLIC among spaces": () => grant({ role: " PUBLIC " }),
    "public by default": () => defaults({ role: "public" }),
    "a role unknown until deployed": () => grant({ role: unknownValue }),
  });
});

describe("postgres-grant-disallow-grant-option", () => {
  refuses("postgres-grant-disallow-grant-option", {
    "the grant option": () => grant({ withGrantOption: true }),
    "the grant option by default": () => defaults({ withGrantOption: true }),
    "the admin option": () => membership({ withAdminOption: true }),
    "an option unknown until deployed": () => grant({ withGrantOption: unknownValue }),
  });
});

describe("postgres-audit-disallow-modification", () => {
  refuses("postgres-audit-disallow-modification", {
    ...Object.fromEntries(
      ["INSERT", "UPDATE", "DELETE", "TRUNCATE", "insert"].map((privilege) => [
        privilege,
        () => grant({ objects: ["orders", "audit_logs"], privileges: [privilege] }),
      ]),
    ),
    "INSERT among spaces": () => grant({ objects: ["audit_logs"], privileges: [" INSERT "] }),
    "INSERT beside an object unknown until deployed": () => grant({ objects: [unknownValue, "audit_logs"] }),
    "INSERT, with the schema's name": () => grant({ objects: ["app.audit_log"] }),
    "INSERT on every table of its schema": () => grant({ schema: "apexmcp", objects: [] }),
  });
});

describe("postgres-role-disallow-ddl", () => {
  refuses("postgres-role-disallow-ddl", {
    "CREATE on a schema": () => grant({ objectType: "schema", objects: [], privileges: ["CREATE", "USAGE"] }),
    "TEMPORARY on a database": () =>
      grant({ objectType: "database", objects: [], privileges: ["temporary"] }),
    "CREATE among spaces": () => grant({ objectType: "schema", objects: [], privileges: [" CREATE "] }),
    "TRIGGER by default": () => defaults({ privileges: ["TRIGGER"] }),
    REFERENCES: () => grant({ privileges: ["SELECT", "REFERENCES"] }),
  });
});

accepts({
  "some privileges": () => grant(),
  "some privileges by default": () => defaults(),
  "a membership": () => membership(),
  "a grant to nobody that is named": () => grant({ role: undefined }),
  "counters of the audit log's schema": () =>
    grant({ objectType: "sequence", schema: "apexmcp", objects: [], privileges: ["UPDATE"] }),
  "reading the audit log": () => grant({ objects: ["audit_logs"], privileges: ["SELECT"] }),
  "INSERT on every table of another schema": () => grant({ schema: "app", objects: [] }),
  "CREATE to the role that migrations run as": () =>
    grant({ role: "apexmcp_migrator", objectType: "schema", objects: [], privileges: ["CREATE"] }),
  "objects unknown until deployed": () => grant({ objects: unknownValue }),
});

describe("with other audit tables configured", () => {
  accepts(
    { "writing to one that isn't": () => grant({ objects: ["audit_logs"] }) },
    { "postgres-audit-disallow-modification": { auditTables: ["trail"] } },
  );
});
