/** Labels of everything that a stack owns on the Docker engine; commands and probes find it by them. */
export function stackLabels(
  stackName: string,
  more: Record<string, string> = {},
): { label: string; value: string }[] {
  return Object.entries({ "apexmcp.stack": stackName, ...more }).map(([label, value]) => ({ label, value }));
}
