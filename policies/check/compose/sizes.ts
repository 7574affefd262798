const units: Record<string, number> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Megabytes, which is what `docker.Container` counts in, of `512m`, `1gb`, or a number of bytes; `undefined` if neither. */
export function megabytes(text: string): number | undefined {
  const [, amount, unit] = /^(-?\d+(?:\.\d+)?)\s*([bkmgt]?)i?b?$/i.exec(text.trim()) ?? [];
  return amount === undefined ? undefined : (Number(amount) * units[unit!.toLowerCase() || "b"]!) / 2 ** 20;
}
