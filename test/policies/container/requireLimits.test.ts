import { accepts, refuses } from "../cases";
import { container, fileCarrier, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-resource-require-limits", {
  "no memory limit": () => container((props) => delete props.memory),
  "a memory limit of 0, which is none": () => container((props) => (props.memory = 0)),
  "a memory limit unknown until deployed": () => container((props) => (props.memory = unknownValue)),
  "no CPU limit": () => container((props) => delete props.cpus),
  "a CPU limit of 0, which is none": () => container((props) => (props.cpus = "0")),
  "no process limit": () => container((props) => (props.ulimits = [{ name: "nofile", soft: 64, hard: 64 }])),
  "an unlimited number of processes": () => container((props) => (props.ulimits[0]!.hard = -1)),
  "limits unknown until deployed": () => container((props) => (props.ulimits = unknownValue)),
  "a service without a memory limit": () =>
    service((_spec, props) => delete props.taskSpec.resources.limits.memoryBytes),
  "a service without a CPU limit": () =>
    service((_spec, props) => delete props.taskSpec.resources.limits.nanoCpus),
  "a container that isn't started but has a network": () =>
    fileCarrier((props) => {
      delete props.networkMode;
      props.networksAdvanced = [{ name: "edge" }];
      props.readOnly = true;
      props.healthcheck = { tests: ["CMD", "true"] };
    }),
});

accepts({
  "limits on all three": () => container(),
  "a CPU quota": () =>
    container((props) => {
      delete props.cpus;
      props.cpuQuota = 50000;
    }),
  "a container that never starts": () => fileCarrier(),
  "a service, which has no process limit": () => service(),
});
