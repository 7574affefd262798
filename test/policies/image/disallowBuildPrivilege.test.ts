import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const image = (build: object): TestedResource => ({ type: "docker:index/image:Image", props: { build } });
const remote = (build: object): TestedResource => ({
  type: "docker:index/remoteImage:RemoteImage",
  props: { name: `web:1.0.0@sha256:${"5e".repeat(32)}`, build },
});
const buildx = (props: object): TestedResource => ({ type: "docker-build:index:Image", props: { ...props } });

refuses("image-build-disallow-privilege", {
  "the host's network": () => image({ network: "host" }),
  "the host's network for the engine's builder": () => remote({ networkMode: "host" }),
  "the host's network for docker-build": () => buildx({ network: "host" }),
  "a network unknown until deployed": () => buildx({ network: unknownValue }),
  privileged: () => image({ privileged: true }),
  "maybe privileged, unknown until deployed": () => image({ privileged: unknownValue }),
  "an entitlement to be privileged": () => image({ entitlements: ["security.insecure"] }),
  "an entitlement to the host's network": () => image({ entitlements: ["device", "network.host"] }),
  "no confinement": () => remote({ securityOpts: ["seccomp=unconfined"] }),
  "options unknown until deployed": () => remote({ securityOpts: unknownValue }),
});

accepts({
  "a build that says nothing": () => image({ context: "." }),
  "no network": () => buildx({ network: "none" }),
  "an ordinary option": () => remote({ securityOpts: ["apparmor=docker-build"] }),
});
