import fastifySwagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";

/** GET /openapi.json describes all routes, by their schemas. Register it before them. */
export async function registerOpenApi(app: FastifyInstance, publicUrl: string): Promise<void> {
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "ApexMCP gateway", version: "0.1.0" },
      servers: [{ url: publicUrl }],
      components: {
        securitySchemes: {
          agent: {
            type: "oauth2",
            flows: {
              clientCredentials: {
                tokenUrl: `${publicUrl}/oauth/token`,
                scopes: {
                  "connectors:read": "Read connectors",
                  "connectors:write": "Change connectors",
                  "mcp:*": "Call every connector",
                  "mcp:<connector>": "Call all tools of a connector",
                  "mcp:<connector>:<tool>": "Call a tool",
                },
              },
            },
          },
        },
      },
    },
  });
  app.get("/openapi.json", { schema: { hide: true } }, () => app.swagger());
}
