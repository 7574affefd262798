import type { Result } from "../checkFiles";

/** For programs: violations, exempted and errors, as they are. */
export const jsonReport = (result: Result): string => `${JSON.stringify(result, null, 2)}\n`;
