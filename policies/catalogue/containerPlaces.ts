/** Places, and reasons for none, that containers' findings share. */
export const hardenedContainer = "components/container/hardenedContainer.ts";

export const noArgument = "not written by a component's users: HardenedContainer has no argument for it";

export const notProbed =
  "docker inspect shows it, and no probe asks yet: the stack's containers are made by HardenedContainer alone";
