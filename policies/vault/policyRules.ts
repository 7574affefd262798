export interface PolicyRule {
  readonly path: string;
  readonly capabilities: readonly string[];
}

/** The rules of a Vault policy, in HCL or JSON. Comments are left out; what can't be read yields no rule. */
export function policyRules(text: string): PolicyRule[] {
  if (text.trimStart().startsWith("{")) return jsonRules(text);
  const plain = text.replace(
    /("(?:[^"\\]|\\.)*")|(#|\/\/).*$|\/\*[^]*?\*\//gm,
    (_all, quoted: string | undefined) => quoted ?? "",
  );
  return [...plain.matchAll(/path\s+"([^"]*)"\s*\{([^}]*)\}/g)].map(([, path, body]) => {
    const capabilities = /capabilities\s*=\s*\[([^\]]*)\]/.exec(body!)?.[1] ?? "";
    const legacy = /policy\s*=\s*"(\w+)"/.exec(body!)?.[1];
    return { path: path!, capabilities: [...quotedWords(capabilities), ...(legacy ? [legacy] : [])] };
  });
}

function jsonRules(text: string): PolicyRule[] {
  try {
    const { path = {} } = JSON.parse(text) as { path?: Record<string, { capabilities?: unknown }> };
    return Object.entries(path).map(([name, { capabilities }]) => ({
      path: name,
      capabilities: Array.isArray(capabilities) ? capabilities.filter((it) => typeof it === "string") : [],
    }));
  } catch {
    return [];
  }
}

const quotedWords = (text: string): string[] => [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word!);
