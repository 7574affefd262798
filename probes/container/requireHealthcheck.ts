import { probe } from "../probe";
import { everyContainer } from "./everyContainer";

/** Proves container-health-require-healthcheck: each container has one, and it says healthy. */
export const requireHealthcheck = probe("container-health-require-healthcheck", (target) =>
  everyContainer(
    target,
    ({ inspection }) => {
      const test = inspection.Config.Healthcheck?.Test ?? [];
      if (test.length === 0 || test[0] === "NONE") return "has no healthcheck";
      const health = inspection.State.Health?.Status;
      return health === "healthy" ? undefined : `is ${health ?? "without a health status"}`;
    },
    "all healthy",
  ),
);
