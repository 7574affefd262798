/** A command's words, as a shell parts them: by spaces outside of quotes. */
export function wordsOfCommand(command: string): string[] {
  const words = command.match(/(?:[^\s"'\\]|\\[^]|"(?:[^"\\]|\\[^])*"|'[^']*')+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /\\([^])|"((?:[^"\\]|\\[^])*)"|'([^']*)'/g,
      (_all, escaped?: string, double?: string, single?: string) =>
        escaped ?? single ?? double!.replace(/\\([^])/g, "$1"),
    ),
  );
}
