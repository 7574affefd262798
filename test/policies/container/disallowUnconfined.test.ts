import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const option = (value: string) =>
  container((props) => (props.securityOpts = ["no-new-privileges:true", value]));

const options = [
  "seccomp=unconfined",
  "seccomp:unconfined",
  "apparmor=unconfined",
  "label=disable",
  "label:disable",
  "systempaths=unconfined",
];

refuses("container-security-disallow-unconfined", {
  ...Object.fromEntries(options.map((value) => [value, () => option(value)])),
  "an option unknown until deployed": () => option(unknownValue),
});

accepts({
  "a seccomp profile": () => option('seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'),
  "an AppArmor profile": () => option("apparmor=docker-nginx"),
});
