import { randomBytes, scrypt as scryptCallback, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

import type { Complexity } from "./instanceState.ts";

const scrypt = promisify<string, Buffer, number, Buffer>(scryptCallback);

/** `<salt>:<hash>`, both hex. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return `${salt.toString("hex")}:${(await scrypt(password, salt, 32)).toString("hex")}`;
}

export async function matches(password: string, hashed: string): Promise<boolean> {
  const [salt = "", hash = ""] = hashed.split(":");
  return timingSafeEqual(await scrypt(password, Buffer.from(salt, "hex"), 32), Buffer.from(hash, "hex"));
}

/** What the complexity policy misses in a password, as the real server's error key; undefined when nothing. */
export function complexityProblem(password: string, policy: Complexity): string | undefined {
  const problems: [boolean, string][] = [
    [password.length < policy.minLength, "MinLength"],
    [Buffer.byteLength(password) > 70, "TooLong"],
    [policy.hasLowercase && !/[a-z]/.test(password), "HasLower"],
    [policy.hasUppercase && !/[A-Z]/.test(password), "HasUpper"],
    [policy.hasNumber && !/[0-9]/.test(password), "HasNumber"],
    [policy.hasSymbol && !/[^A-Za-z0-9]/.test(password), "HasSymbol"],
  ];
  const problem = problems.find(([missed]) => missed)?.[1];
  return problem && `Errors.User.PasswordComplexityPolicy.${problem}`;
}
