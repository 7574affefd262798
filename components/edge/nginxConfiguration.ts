/** Ports inside the container; unprivileged, since nginx doesn't run as root. */
export const edgeHttpsPort = 8443;
export const edgeHttpPort = 8080;
/** On the container's loopback only: nginx itself is up, whatever the gateway does. */
export const edgeHealthPort = 8081;

export interface NginxConfigurationArgs {
  /** `host:port` of the gateway. */
  readonly gateway: string;
  /** The published https port, for the redirect from http. */
  readonly publicHttpsPort: number;
}

/**
 * nginx's whole configuration. The name of the gateway is looked up again every second, so a replaced gateway is
 * found without a reload, and nginx starts without it. While one gateway takes over from another the name has two
 * addresses: one that refuses the connection, or in its last second no longer answers, makes nginx try the other.
 * A request that was sent is never sent again, unless repeating it is safe by its method. Each client has 100 requests a second, 10 on the endpoints that
 * authenticate (article, finding 4). No location has an `add_header` of its own, since one
 * would drop those of its server.
 */
export function nginxConfiguration({ gateway, publicHttpsPort }: NginxConfigurationArgs): string {
  const port = publicHttpsPort === 443 ? "" : `:${publicHttpsPort}`;
  return `worker_processes auto;
pid /tmp/nginx.pid;
error_log /dev/stderr warn;

events {
  worker_connections 1024;
}

http {
  access_log /dev/stdout;
  server_tokens off;
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;

  client_max_body_size 1m;
  client_body_timeout 15s;
  client_header_timeout 15s;
  send_timeout 30s;
  keepalive_timeout 60s;
  limit_req_zone $binary_remote_addr zone=request_limit:10m rate=100r/s;
  limit_req_zone $binary_remote_addr zone=auth_limit:10m rate=10r/s;
  limit_conn_zone $binary_remote_addr zone=connection_limit:10m;
  limit_req_status 429;
  limit_conn_status 429;
  resolver 127.0.0.11 valid=1s ipv6=off;

  ssl_certificate /run/secrets/tls.crt;
  ssl_certificate_key /run/secrets/tls.key;
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

  server {
    listen ${edgeHttpPort};
${headers}
    return 308 https://$host${port}$request_uri;
  }

  server {
    listen ${edgeHttpsPort} ssl http2;
${headers}
    limit_conn connection_limit 200;
    set $gateway http://${gateway};
    proxy_http_version 1.1;
    proxy_buffering off;
    proxy_connect_timeout 1s;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto https;
    proxy_set_header X-Request-Id $request_id;
${hiddenHeaders}
    location / {
      limit_req zone=request_limit burst=200 nodelay;
      proxy_pass $gateway;
    }

    location /oauth/ {
      limit_req zone=auth_limit burst=30 nodelay;
      proxy_pass $gateway;
    }
  }
}
`;
}

const securityHeaders = {
  "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
  "Referrer-Policy": "no-referrer",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

const headers = Object.entries(securityHeaders)
  .map(([name, value]) => `    add_header ${name} "${value}" always;\n`)
  .join("");

/** The gateway sends some of them too, and a browser takes two different ones for none. */
const hiddenHeaders = Object.keys(securityHeaders)
  .map((name) => `    proxy_hide_header ${name};\n`)
  .join("");
