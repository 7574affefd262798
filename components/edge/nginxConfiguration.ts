import { certificateDirectory } from "../../provider/edge/certificateFiles";
import { contentSecurityPolicy, headersOf, type Host, type Location, type Site } from "./site";

/** Ports inside the container; unprivileged, since nginx doesn't run as root. */
export const edgeHttpsPort = 8443;
export const edgeHttpPort = 8080;
/** On the container's loopback only: nginx itself is up, whatever is behind it does. */
export const edgeHealthPort = 8081;

/**
 * nginx's whole configuration of a site. The names of upstreams are looked up again every second, so a replaced one is
 * found without a reload, and nginx starts without them. A request that was sent is never sent again, unless repeating
 * it is safe by its method. A host that isn't named is answered by the first.
 *
 * @throws when a value could end its directive, or a location names a limit that isn't declared
 */
export function nginxConfiguration(site: Site): string {
  for (const host of site.hosts)
    for (const { limit } of host.locations.flatMap(({ limits }) => limits))
      if (!site.limits.some(({ name }) => name === limit))
        throw new Error(`host ${host.name} has no limit ${limit}; declare it in the site's limits`);
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  # A request that is passed on takes two, and a stream keeps them for as long as it lasts.
  worker_connections 4096;
}

http {
  # Written together: a line at a time costs Docker more than the request costs nginx.
  access_log /dev/stdout combined buffer=32k flush=1s;
  server_tokens off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  client_max_body_size ${site.bodyBytes};
  client_body_timeout 15s;
  client_header_timeout 15s;
  send_timeout 30s;
  keepalive_timeout 60s;
  large_client_header_buffers 4 16k;
${site.limits.map(({ name, rate }) => `  limit_req_zone $binary_remote_addr zone=${safe(name)}:10m rate=${rate};`).join("\n")}
  limit_req_status 429;
  limit_conn_zone $binary_remote_addr zone=connection_limit:10m;
  limit_conn_status 429;
  resolver 127.0.0.11 valid=1s ipv6=off;
${realAddress(site)}
  ssl_certificate ${certificateDirectory}/server.pem;
  ssl_certificate_key ${certificateDirectory}/server.pem;
  include ${certificateDirectory}/stapling.conf;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;
  ssl_prefer_server_ciphers off;
  ssl_session_cache shared:tls:2m;
  ssl_session_timeout 1d;
  ssl_session_tickets off;

  server {
    listen 127.0.0.1:${edgeHealthPort};
    return 204;
  }
${site.hosts.map((host, index) => hostServers(host, index === 0)).join("\n")}}
`;
}

function hostServers(host: Host, isDefault: boolean): string {
  const first = isDefault ? " default_server" : "";
  const name = safe(new URL(host.origin).hostname);
  const headers = headersOf(host);
  return `${maps(host)}
  server {
    listen ${edgeHttpPort}${first};
    server_name ${name};
${addHeaders(host, headers, "    ")}
    return 308 ${safe(host.origin)}$request_uri;
  }

  server {
    listen ${edgeHttpsPort} ssl http2${first};
    server_name ${name};
${addHeaders(host, headers, "    ")}
    limit_conn connection_limit 200;
${setUpstream(host)}
    proxy_http_version 1.1;
    proxy_connect_timeout ${host.upstream.connectSeconds}s;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Forwarded-Host "";
    proxy_set_header Forwarded "";
    proxy_set_header X-Request-Id $request_id;
${upstreamTls(host)}${hideHeaders(headers)}
${host.locations.map((location) => locationBlock(host, location)).join("\n")}
  }
`;
}

function setUpstream({ name, upstream }: Host): string {
  const set = (address: string) =>
    `set $${name}_upstream ${upstream.caFile ? "https" : "http"}://${safe(address)};`;
  const { switched } = upstream;
  return [
    set(upstream.address),
    ...(switched ? [`if (-f ${safe(switched.file)}) {`, `  ${set(switched.address)}`, "}"] : []),
  ]
    .map((line) => `    ${line}`)
    .join("\n");
}

function locationBlock(host: Host, location: Location): string {
  const limits = location.limits.map(
    ({ limit, burst }) => `      limit_req zone=${limit} burst=${burst} nodelay;\n`,
  );
  const own = location.headers ? `${addHeaders(host, headersOf(host, location), "      ")}\n` : "";
  const streams = location.streams
    ? "      proxy_buffering off;\n      proxy_request_buffering off;\n      proxy_read_timeout 1h;\n"
    : "";
  return `
    location ${safe(location.prefix)} {
${limits.join("")}${own}${streams}      proxy_pass $${host.name}_upstream;
    }`;
}

/** Retry-After where the rate or the number of connections was refused, and the policy of the upstream where it goes before; an empty header isn't sent. */
function maps(host: Host): string {
  const policy = host.upstreamPolicyFirst
    ? `
  map $upstream_http_content_security_policy $${host.name}_policy {
    "" ${quoted(contentSecurityPolicy(host))};
    default $upstream_http_content_security_policy;
  }`
    : "";
  return `
  map $limit_req_status$limit_conn_status $${host.name}_retry_after {
    REJECTED ${host.retryAfter};
    PASSEDREJECTED ${host.retryAfter};
    default "";
  }${policy}`;
}

/** `always`: on errors too. */
function addHeaders(host: Host, headers: Record<string, string>, indent: string): string {
  const values = Object.entries(headers).map(([name, value]) =>
    name === "Content-Security-Policy" && host.upstreamPolicyFirst
      ? `${name} $${host.name}_policy`
      : `${safe(name)} ${quoted(value)}`,
  );
  return [...values, `Retry-After $${host.name}_retry_after`]
    .map((header) => `${indent}add_header ${header} always;`)
    .join("\n");
}

/** The upstream sends some of them too, and a browser takes two different ones for none. */
function hideHeaders(headers: Record<string, string>): string {
  return Object.keys(headers)
    .map((name) => `    proxy_hide_header ${name};`)
    .join("\n");
}

function upstreamTls({ upstream }: Host): string {
  if (upstream.caFile === undefined) return "";
  return `    proxy_ssl_verify on;
    proxy_ssl_trusted_certificate ${safe(upstream.caFile)};
    proxy_ssl_name ${safe(upstream.address.replace(/:\d+$/, ""))};
    proxy_ssl_server_name on;
    proxy_ssl_protocols TLSv1.2 TLSv1.3;
`;
}

/** Without a trusted proxy, the peer is the client, whatever it claims. */
function realAddress({ trustedProxies = [] }: Site): string {
  if (trustedProxies.length === 0) return "";
  return `${trustedProxies.map((proxy) => `  set_real_ip_from ${safe(proxy)};`).join("\n")}
  real_ip_header X-Forwarded-For;
  real_ip_recursive on;
`;
}

/** A word that stays one word of its directive. */
function safe(word: string): string {
  if (/^[\w./:@%+-]+$/.test(word)) return word;
  throw new Error(`${JSON.stringify(word)} can't stand in nginx's configuration`);
}

function quoted(value: string): string {
  if (/^[\x20-\x7e]*$/.test(value) && !/["\\$]/.test(value)) return `"${value}"`;
  throw new Error(`${JSON.stringify(value)} can't be a header: only printable ASCII without ", \\ and $ can`);
}
