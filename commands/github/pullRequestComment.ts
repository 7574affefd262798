import { z } from "zod";

import { callGitHub } from "./api";

/** Tells our comment from others; GitHub doesn't show it. */
const marker = "<!-- apexmcp-preview -->";
/** GitHub takes 65,536 characters. */
const longest = 60_000;
const perPage = 100;

const comment = z.object({ id: z.number(), body: z.string().nullish(), html_url: z.string() });

const fixes = { 403: "give the job the permission pull-requests: write; a fork's token never has it" };

/**
 * Writes the pull request's one comment of ours: updates it in place where it is there, so that a hundred pushes leave
 * one.
 *
 * @param repository OWNER/REPO
 * @returns the comment's address
 */
export async function commentOnce(
  token: string,
  repository: string,
  pullRequest: number,
  markdown: string,
): Promise<string> {
  const body = `${marker}\n${shortened(markdown)}`;
  const comments = `repos/${repository}/issues/${pullRequest}/comments`;
  const ours = await findOurs(token, comments);
  const written =
    ours === undefined
      ? await callGitHub(token, "POST", comments, { body: { body }, fixes })
      : await callGitHub(token, "PATCH", `repos/${repository}/issues/comments/${ours}`, {
          body: { body },
          fixes,
        });
  return comment.parse(written).html_url;
}

async function findOurs(token: string, comments: string): Promise<number | undefined> {
  for (let page = 1; ; page++) {
    const answer = await callGitHub(token, "GET", `${comments}?per_page=${perPage}&page=${page}`, { fixes });
    const found = z.array(comment).parse(answer);
    const ours = found.find(({ body }) => body?.startsWith(marker));
    if (ours) return ours.id;
    if (found.length < perPage) return undefined;
  }
}

function shortened(text: string): string {
  if (text.length <= longest) return text;
  return `${text.slice(0, longest)}\n\`\`\`\n\n</details>\n\nCut short here; the job's log has it all.\n`;
}
