/** A compose file that every policy accepts; the text after its service is indented as settings, from line 18 on. */
export const compliantCompose = (settings = "", sections = "") => `name: test
services:
  web:
    image: nginx:1.28.0@${digest}
    user: "101:101"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    networks: [edge]
    restart: on-failure:5
    mem_limit: 256m
    cpus: "0.5"
    pids_limit: 64
    healthcheck:
      test: curl -f https://localhost:8443/
    ports: ["127.0.0.1:8443:8443"]
    command: nginx -g 'daemon off;'
${settings}
networks:
  edge: { internal: true }
${sections}`;

/** Of the image, which nobody has. */
export const digest = `sha256:${"5e".repeat(32)}`;
