/** Whether Pulumi's marks cover the input at `path`: its own, or one of what it is in. */
export function isMarked(marks: ReadonlySet<string>, path: string): boolean {
  return [...marks].some(
    (mark) => path === mark || path.startsWith(`${mark}.`) || path.startsWith(`${mark}[`),
  );
}
