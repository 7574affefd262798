import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluate } from "../evaluate";

const base = [
  'add_header X-Content-Type-Options "nosniff" always;',
  'add_header X-Frame-Options "DENY" always;',
  'add_header Referrer-Policy "no-referrer" always;',
].join(" ");
const permissions =
  'add_header Permissions-Policy "camera=(), microphone=(), geolocation=(), payment=()" always;';
const hsts = 'add_header Strict-Transport-Security "max-age=31536000" always;';
const csp = (value: string) => `add_header Content-Security-Policy "${value}" always;`;
const strict = csp("default-src 'self'; object-src 'none'");

/** A container with an nginx whose TLS server has these directives. */
const nginx = (...directives: string[]) =>
  container((props) => {
    const server = ["listen 8443 ssl;", base, ...directives].join("\n    ");
    props.uploads = [
      { file: "/etc/nginx/nginx.conf", content: `http {\n  server {\n    ${server}\n  }\n}\n` },
    ];
  });
const files = "location / { root /srv/web; }";

describe("edge-header-require-csp", () => {
  refuses("edge-header-require-csp", {
    "files without a policy": () => nginx(hsts, permissions, files),
    "an alias without a policy": () => nginx(hsts, permissions, "location /a/ { alias /srv/a/; }"),
    "inline scripts": () =>
      nginx(hsts, permissions, files, csp("default-src 'self'; script-src 'self' 'unsafe-inline'")),
    "evaluated scripts": () => nginx(hsts, permissions, files, csp("script-src 'unsafe-eval'")),
    "scripts from anywhere": () => nginx(hsts, permissions, files, csp("default-src *")),
    "scripts from every https address": () =>
      nginx(hsts, permissions, files, csp("script-src 'self'  https:")),
    "scripts from every http address": () => nginx(hsts, permissions, files, csp("script-src http:")),
    "a policy that says nothing of scripts": () =>
      nginx(hsts, permissions, files, csp("frame-ancestors 'none'")),
  });
});

describe("edge-header-require-permissions-policy", () => {
  refuses("edge-header-require-permissions-policy", {
    none: () => nginx(hsts),
    "one that allows the camera": () => nginx(hsts, permissions.replace("camera=()", "camera=(self)")),
    "one that forgets payment": () => nginx(hsts, permissions.replace(", payment=()", "")),
  });
});

describe("edge-header-disallow-shadowing", () => {
  refuses("edge-header-disallow-shadowing", {
    "a location with a header of its own": () =>
      nginx(hsts, permissions, "location / { add_header Cache-Control no-store; return 204; }"),
    "a block inside a location": () =>
      nginx(hsts, permissions, "location / { if ($a) { add_header X-A 1; } return 204; }"),
  });
});

test("tells what a server lacks, and what a block drops", async () => {
  const lacking = await evaluate(nginx(hsts, 'add_header Permissions-Policy "camera=()" always;'));
  expect(lacking.messages.join()).toContain("required: microphone=(), geolocation=(), payment=().");
  const dropping = await evaluate(
    nginx(hsts, permissions, "location /a { add_header X-A 1; add_header X-B 2; return 204; }"),
  );
  expect(dropping.messages.join()).toMatch(
    /location \/a, which drops .*strict-transport-security, permissions-policy/i,
  );
});

accepts({
  "a server without TLS, whatever it serves": () =>
    container((props) => {
      props.uploads = [{ file: "/n.conf", content: `http { server { listen 8080; ${files} } }` }];
    }),
  "a server that listens without TLS too": () =>
    nginx("listen 8080;", hsts, permissions, "location / { return 204; }"),
  "quoted and escaped words, variables and comments": () =>
    nginx(
      hsts,
      permissions,
      `# location / { root /srv/web; }`,
      `location / { return 200 'it\\'s { here; } \${host}'; } # add_header X-A 1;`,
    ),
  "files with a strict policy": () => nginx(hsts, permissions, strict, files),
  "scripts of one other site": () =>
    nginx(hsts, permissions, csp("script-src 'self' https://cdn.example.com data.example.com"), files),
  "a strict script-src beside a loose default-src": () =>
    nginx(hsts, permissions, csp("default-src *; script-src 'self'"), files),
  "nothing of its own to serve": () => nginx(hsts, permissions, "return 204;"),
  "a location that repeats every header": () =>
    nginx(
      hsts,
      permissions,
      `location / { ${base} ${hsts} ${permissions} add_header Cache-Control no-store; return 204; }`,
    ),
  "a location that merges": () =>
    nginx(
      hsts,
      permissions,
      "location / { add_header_inherit merge; add_header Cache-Control no-store; return 204; }",
    ),
  "a location without headers": () => nginx(hsts, permissions, "location / { return 204; }"),
});
