/** What every password has to have, from the bootstrap password on (zitadel-password-require-length). */
export const passwordComplexity = {
  minLength: 14,
  hasUppercase: true,
  hasLowercase: true,
  hasNumber: true,
  hasSymbol: true,
} as const;

/** Zitadel hashes no more bytes than these. */
const longest = 70;

/** What a password lacks, so that Zitadel would refuse it; undefined when nothing. */
export function complexityProblem(password: string): string | undefined {
  const { minLength } = passwordComplexity;
  if (password.length < minLength) return `must have ${minLength} characters or more`;
  if (Buffer.byteLength(password) > longest) return `must have at most ${longest} bytes`;
  const lacks = [
    ["an upper-case letter", /[A-Z]/],
    ["a lower-case letter", /[a-z]/],
    ["a digit", /[0-9]/],
    ["a symbol", /[^A-Za-z0-9]/],
  ].flatMap(([what, pattern]) => ((pattern as RegExp).test(password) ? [] : [what as string]));
  return lacks.length > 0 ? `must have ${lacks.join(", ")}` : undefined;
}
