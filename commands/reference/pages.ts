import { commandsPage } from "./commandsPage";
import { componentsPage } from "./componentsPage";
import { configurationPage } from "./configurationPage";

/** The generated pages, by their path from the checkout's root. */
export const referencePages: Readonly<Record<string, () => string>> = {
  "docs/reference/configuration.md": configurationPage,
  "docs/reference/commands.md": commandsPage,
  "docs/reference/components.md": componentsPage,
};
