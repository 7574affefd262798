import type { Span } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { registerInstrumentations } from "@opentelemetry/instrumentation";
import { HttpInstrumentation } from "@opentelemetry/instrumentation-http";
import { UndiciInstrumentation } from "@opentelemetry/instrumentation-undici";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/**
 * OpenTelemetry traces: a span for each request, and below it one for each request that it causes to an upstream, to
 * the broker or to the identity provider, which learn of the trace by `traceparent`. Everything is set by the standard
 * variables: OTEL_EXPORTER_OTLP_*, OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_BSP_*.
 *
 * Call it before a server is made. Returns what sends the last spans.
 */
export function startTracing(): () => Promise<void> {
  const service = resourceFromAttributes({ "service.name": "apexmcp-gateway" });
  const provider = new NodeTracerProvider({
    resource: service.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  registerInstrumentations({
    instrumentations: [
      new HttpInstrumentation({
        disableOutgoingRequestInstrumentation: true,
        ignoreIncomingRequestHook: ({ url }) => url === "/healthz" || url === "/readyz" || url === "/metrics",
        requestHook: withoutQuery,
      }),
      new UndiciInstrumentation({ requestHook: withoutQuery }),
    ],
  });
  // It changes the module when that is next loaded, which would be too late.
  process.getBuiltinModule("http");
  return () => provider.shutdown();
}

/** A query can hold what is secret: a token that doesn't belong there, or an upstream's key. */
function withoutQuery(span: Span): void {
  const { attributes } = span as unknown as { attributes: Readonly<Record<string, unknown>> };
  for (const name of ["url.full", "url.query", "http.url", "http.target"]) {
    const value = attributes[name];
    if (typeof value !== "string") continue;
    span.setAttribute(name, name === "url.query" ? "" : (value.split("?")[0] ?? ""));
  }
}
