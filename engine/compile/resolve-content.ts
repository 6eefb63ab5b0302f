import type { Sha256 } from '../model/canonical.ts'
import type { Json, JsonObject } from '../model/document.ts'
import { holdsMark } from '../model/secret-ref.ts'
import type { Renderer } from './render-template.ts'

/** Reads a file of the estate at the commit that is compiled. */
export type Sources = (path: string) => Uint8Array | undefined

/** A spec whose content stands in it, with its digest; or why it can't be had. */
export type Resolved =
  | { readonly spec: JsonObject }
  | {
      readonly problem: 'template-error' | 'source-missing' | 'content-too-large'
      readonly field: string
      readonly detail: string
    }

/** Values for templates: the closer to the host, the more they say. A file's own stand between these two. */
export interface TemplateVariables {
  readonly profile: JsonObject
  readonly host: JsonObject
}

/** Bytes that a resource may hold: it travels in one script, and stands in memory for each host that gets it. */
export const mostBytes = 8 * 1024 * 1024

/** Puts content in the place of `template` and `source`. Other specs stay as they are. */
export function resolveContent(
  spec: JsonObject,
  variables: TemplateVariables,
  tools: { readonly renderer: Renderer; readonly sources: Sources; readonly sha256: Sha256 },
): Resolved {
  const { template, source, variables: own, ...rest } = spec
  if (typeof source === 'string') {
    const bytes = tools.sources(source)
    if (bytes === undefined) return { problem: 'source-missing', field: 'source', detail: source }
    if (bytes.length > mostBytes) return tooLarge('source', bytes.length)
    return { spec: { ...rest, ...contentOf(bytes), sha256: tools.sha256(bytes) } }
  }
  if (typeof template === 'string') {
    const rendered = tools.renderer.render(template, {
      ...variables.profile,
      ...asObject(own),
      ...variables.host,
    })
    if ('error' in rendered) {
      const at =
        rendered.line === undefined ? '' : ` (line ${rendered.line}, column ${rendered.column ?? 1} of the template)`
      return { problem: 'template-error', field: 'template', detail: `${rendered.error}${at}` }
    }
    if (bytesIn(rendered.text) > mostBytes) return tooLarge('template', bytesIn(rendered.text))
    return { spec: withContent(rest, rendered.text, tools.sha256) }
  }
  const content = spec['content']
  if (typeof content === 'string') {
    if (bytesIn(content) > mostBytes) return tooLarge('content', bytesIn(content))
    return { spec: withContent(rest, content, tools.sha256) }
  }
  return { spec }
}

const tooLarge = (field: string, size: number): Resolved => ({
  problem: 'content-too-large',
  field,
  detail: `${size} bytes, and ${mostBytes} at most can be sent`,
})

/** Counted only where it matters: each character is three bytes at most. */
const bytesIn = (text: string): number =>
  text.length * 3 <= mostBytes ? text.length : new TextEncoder().encode(text).length

/** What holds a secret is never read out or shown, whatever the document says. */
const withContent = (spec: JsonObject, content: string, sha256: Sha256): JsonObject => ({
  ...spec,
  content,
  sha256: sha256(content),
  ...(holdsMark(content) && { sensitive: true }),
})

/** What is no text travels as base64; so does what holds the marks of secrets, for nobody but the compiler makes those. */
function contentOf(bytes: Uint8Array): JsonObject {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (!text.includes('\0') && !holdsMark(text)) return { content: text }
  } catch {
    // Not UTF-8.
  }
  let binary = ''
  for (let at = 0; at < bytes.length; at += 0x8000) binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000))
  return { base64: btoa(binary) }
}

const asObject = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
