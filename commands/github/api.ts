import { request } from "undici";

import { CommandError } from "../commandError";

/** What a refusal of GitHub's API is answered with, by its status. */
export type Fixes = Readonly<Record<number, string>>;

/**
 * One call of GitHub's REST API at $GITHUB_API_URL (default: github.com's).
 *
 * @param options.accept statuses beside 2xx that are no error
 * @throws CommandError when GitHub refuses or doesn't answer; the token is in none of them
 */
export async function callGitHub(
  token: string,
  method: "GET" | "PUT" | "POST" | "PATCH" | "DELETE",
  path: string,
  options: { readonly body?: object; readonly accept?: readonly number[]; readonly fixes?: Fixes } = {},
): Promise<unknown> {
  const base = process.env["GITHUB_API_URL"] ?? "https://api.github.com";
  const what = `${method} ${path}`;
  let response;
  try {
    response = await request(`${base}/${path}`, {
      method,
      headersTimeout: 15_000,
      bodyTimeout: 15_000,
      headers: {
        accept: "application/vnd.github+json",
        authorization: `Bearer ${token}`,
        "user-agent": "apexmcp-hardening",
        "x-github-api-version": "2022-11-28",
      },
      ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(
      `GitHub doesn't answer at ${base} (${code ?? message}), for ${what}`,
      "see to the network, or set GITHUB_API_URL, then run this again",
    );
  }
  const { statusCode } = response;
  const text = await response.body.text();
  if (statusCode >= 300 && !options.accept?.includes(statusCode)) {
    throw new CommandError(
      `GitHub refused ${what} (${statusCode})`,
      options.fixes?.[statusCode] ?? "run this again later",
    );
  }
  return text === "" ? undefined : (JSON.parse(text) as unknown);
}
