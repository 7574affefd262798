import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluate, unknownValue } from "../evaluate";

const nginx = (...directives: string[]) =>
  container(
    (props) =>
      (props.uploads = [
        {
          file: "/etc/nginx/nginx.conf",
          content: `http {\n server {\n${[...directives, others].join("\n")}\n }\n}\n`,
        },
      ]),
  );
const others =
  'add_header X-Content-Type-Options nosniff always; add_header X-Frame-Options DENY always; add_header Referrer-Policy no-referrer always; add_header Permissions-Policy "camera=(), microphone=(), geolocation=(), payment=()" always;';
const hsts = 'add_header Strict-Transport-Security "max-age=31536000; includeSubDomains; preload" always;';

describe("edge-header-require-hsts", () => {
  refuses("edge-header-require-hsts", {
    "TLS without the header": () => nginx("listen 8443 ssl;"),
    "a header of a month": () =>
      nginx("listen 8443 ssl;", "add_header Strict-Transport-Security max-age=2592000 always;"),
    "a short one among others": () =>
      nginx("listen 8443 ssl;", hsts, "add_header Strict-Transport-Security max-age=60 always;"),
  });
});

test("tells the shortest time that is sent, or that none is", async () => {
  const short = (...ages: number[]) =>
    nginx("listen 8443 ssl;", ...ages.map((age) => `add_header Strict-Transport-Security max-age=${age};`));
  expect((await evaluate(short(60, 31536000))).messages.join()).toContain("sends max-age=60; required");
  expect((await evaluate(short())).messages.join()).toContain("sends no Strict-Transport-Security; required");
});

accepts({
  "a listener that only speaks of TLS": () => nginx("return 200 'do listen to ssl';"),
  "a commented listener": () => nginx("# listen 8443 ssl;"),
  "a server without TLS": () => nginx("return 204;"),
  "TLS with the header": () => nginx("listen 8443 ssl;", hsts),
  "plain HTTP, which edge-listener-require-tls is about": () => nginx("listen 8080;"),
  "a configuration unknown until deployed": () =>
    container((props) => (props.uploads = [{ file: "/etc/nginx/nginx.conf", content: unknownValue }])),
});
