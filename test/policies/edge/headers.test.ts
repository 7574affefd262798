import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";

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

accepts({
  "files with a strict policy": () => nginx(hsts, permissions, strict, files),
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
