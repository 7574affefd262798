/** A problem (RFC 9457), as JSON Schema and OpenAPI describe it. */
const problem = {
  description: "A problem (RFC 9457)",
  content: {
    "application/problem+json": {
      schema: {
        type: "object",
        properties: {
          ...Object.fromEntries(
            ["type", "code", "title", "detail", "request"].map((key) => [key, { type: "string" }]),
          ),
          status: { type: "integer" },
        },
      },
    },
  },
};

/** What a route answers: this on success, else a problem. */
export const answers = (status: number, schema: object) => ({
  [status]: schema,
  "4xx": problem,
  "5xx": problem,
});
