import type { Json, JsonObject } from '../model/document.ts'

/** `apiVersion` of documents. */
export const apiVersion = 'plumbline/v1'

/** Schema of a whole document of a kind: the envelope around its spec. `spec` and `metadata` are the schemas to put in. */
export function documentSchema(kind: string, metadata: Json, spec: Json): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    properties: {
      apiVersion: { description: 'Version of the form of documents.', const: apiVersion },
      kind: { description: 'What sort of thing it describes.', const: kind },
      metadata,
      spec,
    },
  }
}
