import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";

const headers =
  'add_header Strict-Transport-Security "max-age=31536000" always; add_header Permissions-Policy "camera=(), microphone=(), geolocation=(), payment=()" always; add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always; add_header Referrer-Policy no-referrer always;';

const nginx = (directives: string, http = "") =>
  container((props) => {
    const content = `http {\n ${http}\n server {\n listen 8443 ssl;\n ${headers}\n ${directives}\n }\n}\n`;
    props.uploads = [{ file: "/etc/nginx/nginx.conf", content }];
  });

refuses("edge-rate-require-limits", {
  "requests passed on": () => nginx("location / { proxy_pass http://gateway:3000; }"),
  "one location without a limit beside one with": () =>
    nginx("location /a { limit_req zone=a; proxy_pass http://a; } location / { proxy_pass http://b; }"),
  ...Object.fromEntries(
    ["fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass"].map((directive) => [
      `requests passed on by ${directive}`,
      () => nginx(`location / { ${directive} unix:/run/a; }`),
    ]),
  ),
  "a zone that nothing uses": () =>
    nginx("location / { proxy_pass http://a; }", "limit_req_zone $binary_remote_addr zone=a:10m rate=10r/s;"),
});

accepts({
  "a limit where requests are passed on": () =>
    nginx("location / { limit_req zone=a burst=5; proxy_pass http://a; }"),
  "a limit of the server": () => nginx("limit_req zone=a; location / { proxy_pass http://a; }"),
  "a limit of all servers": () => nginx("location / { grpc_pass a; }", "limit_req zone=a;"),
  "nothing passed on": () => nginx("location / { return 204; }"),
});
