import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";

const limits = (...ulimits: { name: string; soft: number; hard: number }[]) =>
  container((props) => props.ulimits.push(...ulimits));

refuses("container-ulimit-disallow-unlimited", {
  "an unlimited ulimit": () => limits({ name: "memlock", soft: -1, hard: -1 }),
  "one unlimited in the end": () => limits({ name: "nofile", soft: 1024, hard: -1 }),
});

accepts({
  "a number": () => limits({ name: "nofile", soft: 1024, hard: 65536 }),
  "none of a kind": () => limits({ name: "core", soft: 0, hard: 0 }),
});
