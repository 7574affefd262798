import { main } from "./command";
import { deployArguments } from "./deploy";
import { prepareDevConfig } from "./devConfig";
import { pulumi, pulumiFailure } from "./pulumi";
import { gatewayImageTag } from "../images/gatewayImage";

void main({
  name: "preview",
  summary: "shows what make up would change, with the policy pack in force; changes nothing",
  run: async ({ state }) => {
    await prepareDevConfig(state, await gatewayImageTag(), console.log);
    const result = await pulumi(state, ["preview", "--diff", ...deployArguments], { show: true });
    if (result.exitCode !== 0) throw pulumiFailure(state, "pulumi preview", result.all);
  },
});
