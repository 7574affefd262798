import { read, unknown } from "./unknown";

/** The inputs that are texts, as they are, with the base64 of uploads decoded: for policies that read configuration. */
export function* texts(props: unknown, path = ""): Iterable<{ path: string; value: string }> {
  if (typeof props === "string") {
    yield {
      path,
      value: path.endsWith("contentBase64") ? Buffer.from(props, "base64").toString("utf8") : props,
    };
  } else if (props !== unknown && typeof props === "object" && props !== null) {
    for (const key of Object.keys(props)) {
      const at = Array.isArray(props) ? `${path}[${key}]` : path ? `${path}.${key}` : key;
      yield* texts(read(props, key), at);
    }
  }
}
