import { wordsOf } from "./secretName";

/** Words that say "replace me", or that nobody generates. */
const placeholderWords = [
  ..."change changeme changeit replace replaceme example sample default dummy placeholder insecure unsafe todo fixme".split(
    " ",
  ),
  ..."your dev development devonly local test testing tester demo foo bar foobar baz temp tmp none null undefined".split(
    " ",
  ),
  ..."password passwd passw0rd pass secret supersecret letmein welcome admin administrator root user guest master login".split(
    " ",
  ),
];
/** Words that stand beside them, and alone prove nothing. */
const fillerWords = [
  ..."me this that it the a an in on to with and or of for my is be not only long super very must should at least use".split(
    " ",
  ),
  ..."prod production value values key keys token tokens jwt oauth api app application auth session cookie signing".split(
    " ",
  ),
  ..."encryption encrypt crypto private public access service account database db postgres mysql redis mongo vault minio".split(
    " ",
  ),
  ..."client server web site base hex char chars character characters bytes bits min max please here now before deploy go".split(
    " ",
  ),
  ..."random generated string text phrase salt primary derivation object storage real own some any new old secure".split(
    " ",
  ),
];
const placeholders = new Set(placeholderWords);
/** Any of them, the longest that fits. */
const knownWord = new RegExp(
  [...placeholderWords, ...fillerWords].sort((one, other) => other.length - one.length).join("|"),
  "g",
);
const keyboardRuns = [
  "qwertyuiop",
  "azertyuiop",
  "asdfghjkl",
  "zxcvbnm",
  "1qaz2wsx3edc",
  "abcdefghijklmnopqrstuvwxyz",
  "0123456789",
  "9876543210",
];

/** Whether one of the value's words asks to be replaced. */
export function hasPlaceholderWord(value: string): boolean {
  return wordsOf(value).some((word) => placeholders.has(word));
}

/**
 * Why a secret's value reads as a placeholder rather than as a generated one; `undefined` when it doesn't. The
 * reason never holds the value.
 *
 * @param ownNames what the secret and its resource are called: a password that repeats one is none
 */
export function placeholderReason(value: string, ownNames: readonly string[] = []): string | undefined {
  const text = value.trim();
  if (/^[<[{]+[^<>[\]{}"]+[>\]}]+$/.test(text) && /[a-z]{3}/i.test(text)) return "stands in brackets";
  const lower = text.toLowerCase();
  const spelled = unleet(lower);
  if (
    ownNames.some((name) =>
      [lower, spelled].some((own) => own === name.toLowerCase() || wordsOf(name).includes(own)),
    )
  )
    return "repeats its own name";
  if (isRun(lower)) return "is a run of repeated, counted or neighbouring characters";
  // Hex digits spell words by chance.
  if (!/^[0-9a-f-]{16,}$/.test(lower) && readsAsPlaceholder(lower)) return "is made of placeholder words";
  if (entropyBits(text) < 18 || isShortWord(text)) return "has too little entropy to have been generated";
  return undefined;
}

/** Letters that digits and signs stand for in `p0stgr3s`. */
const leet: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "@": "a", $: "s" };
const unleet = (text: string) => text.replace(/[013@$]/g, (sign) => leet[sign]!);

/** One word in one case, maybe with a number behind it, that would have under 57 bits if its letters were drawn by lot. */
function isShortWord(text: string): boolean {
  const [, letters, digits] = /^([A-Z]?[a-z]+|[A-Z]+)(\d*)!?$/.exec(text) ?? [];
  return letters !== undefined && letters.length * Math.log2(26) + digits!.length * Math.log2(10) < 57;
}

/** Whether known words make up at least 70 % of its letters, and one of them is a placeholder. */
function readsAsPlaceholder(lower: string): boolean {
  const text = lower.replace(/[@$]/g, unleet);
  const total = text.replace(/[^a-z]/g, "").length;
  let covered = 0;
  let placeholder = false;
  for (const part of text.replace(/0/g, "o").split(/[^a-z0-9]/)) {
    const words = part.match(knownWord) ?? [];
    // Short words turn up in anything; they count beside longer ones only.
    if (!words.some((word) => word.length > 2)) continue;
    covered += words.join("").length;
    placeholder ||= words.some((word) => placeholders.has(word));
  }
  return placeholder && covered >= total * 0.7;
}

/** Whether at least 70 % of its steps repeat, count, or go along the keyboard. */
function isRun(lower: string): boolean {
  let steps = 0;
  for (let index = 1; index < lower.length; index++) {
    const pair = lower.slice(index - 1, index + 1);
    if (pair[0] === pair[1] || keyboardRuns.some((run) => run.includes(pair))) steps++;
  }
  return steps >= (lower.length - 1) * 0.7;
}

function entropyBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let perCharacter = 0;
  for (const count of counts.values()) perCharacter -= (count / text.length) * Math.log2(count / text.length);
  return perCharacter * text.length;
}
