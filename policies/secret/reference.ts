/**
 * Whether a text only says where a value comes from or is no secret by its form: a variable, a command's output, a template, a path, a
 * secret manager's address, a URL without a password, a number, a flag, a duration.
 */
export function isReference(value: string): boolean {
  const text = value.trim();
  return (
    text === "" ||
    /^\$\{?[A-Za-z_][\w.]*(:?[?][^}]*)?\}?$/.test(text) ||
    /^(\$\(|`)/.test(text) ||
    /^\$\{\{.*\}\}$/s.test(text) ||
    /^\{\{.*\}\}$/s.test(text) ||
    /^(\/|\.\.?\/|~\/)[\w./@-]+$/.test(text) ||
    (/^(file|vault|op|ref|arn|secret|env|aws-?sm|gcp-?sm|projects):?\/?\/?[\w:/.@-]+$/i.test(text) &&
      /[:/]/.test(text)) ||
    /^[a-z][a-z0-9+.-]*:\/\/[^\s@?]*$/i.test(text) ||
    /^(true|false|yes|no|on|off|none|null)$/i.test(text) ||
    /^\d{1,7}(\.\d+)?(ms|s|m|h|d|kb|mb|gb)?$/i.test(text)
  );
}
