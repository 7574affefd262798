import * as analyzer from "@pulumi/pulumi/proto/analyzer_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** A resource as the engine hands it to a policy pack. */
export interface DescribedResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  readonly properties: Struct;
}

/** The engine's question about one resource, or its entry in the question about a whole stack. */
export function filledRequest<T extends analyzer.AnalyzeRequest | analyzer.AnalyzerResource>(
  request: T,
  { type, name, urn, properties }: DescribedResource,
): T {
  request.setType(type);
  request.setName(name);
  request.setUrn(urn);
  request.setProperties(properties);
  request.setOptions(new analyzer.AnalyzerResourceOptions());
  return request;
}
