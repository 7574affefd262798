import type { UrlGuard } from "../egress/urlGuard";

/**
 * `gateway check-url URL...`: one JSON line for each URL, in their order:
 * `{"url","allowed","reason","addresses"}`. The exit code is 1 when one is refused.
 */
export async function checkUrlCommand(
  urls: readonly string[],
  guard: UrlGuard,
  print: (line: string) => void,
): Promise<number> {
  let code = 0;
  for (const url of urls) {
    const verdict = await guard.check(url);
    if (!verdict.allowed) code = 1;
    print(JSON.stringify(verdict));
  }
  return code;
}
