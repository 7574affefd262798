import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

const restart = (policy: string, maxRetryCount?: number) =>
  container((props) => Object.assign(props, { restart: policy, maxRetryCount }));

refuses("container-restart-limit-retries", {
  always: () => restart("always"),
  "unless-stopped": () => restart("unless-stopped"),
  "on-failure without a bound": () => restart("on-failure"),
  "on-failure with a bound of 0, which is none": () => restart("on-failure", 0),
  "more retries than allowed": () => restart("on-failure", 6),
  "a policy unknown until deployed": () => restart(unknownValue, 5),
  "a bound unknown until deployed": () => restart("on-failure", unknownValue),
});

accepts({
  "on-failure with 5 retries": () => restart("on-failure", 5),
  no: () => restart("no"),
  "no policy": () => container((props) => delete props.restart),
  "a service, which Swarm restarts": () => service(),
});

describe("with more retries configured", () => {
  accepts(
    { "that many": () => restart("on-failure", 9) },
    { "container-restart-limit-retries": { maximum: 9 } },
  );
});
