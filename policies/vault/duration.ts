const factors = { s: 1, m: 60, h: 3600, d: 86400 };

/** Seconds of `3600`, `60s`, `1h30m`, `7d`; `undefined` for what isn't a duration. */
export function secondsOf(duration: string): number | undefined {
  const text = duration.trim();
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+[smhd])+$/.test(text)) return undefined;
  return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, amount, unit]) => sum + Number(amount) * factors[unit as keyof typeof factors],
    0,
  );
}
