import type { NetworkDeviceSpec } from '../generated/types.ts'
import type { Sha256 } from '../model/canonical.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { JsonObject, JsonPath, LoadedDocument, Locate } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { lazyPlace } from '../model/lazy-place.ts'
import { codes } from './codes.ts'
import { secretProblem } from './profile-items.ts'
import { Renderer } from './render-template.ts'
import { mostBytes, type Sources } from './resolve-content.ts'
import { EstateSecrets, type SecretFiles } from './secrets.ts'
import { templateDocuments } from './template-documents.ts'

const report = reporter(codes)

/** The golden configuration of a network device, with tokens in the place of secrets; undefined where it has none or it can't be had. */
export interface GoldenText {
  readonly text: string | undefined
  readonly diagnostics: readonly Diagnostic[]
}

interface GoldenInput {
  readonly graph: Graph
  readonly sources: Sources
  readonly secretFiles: SecretFiles
  readonly locate: Locate
  readonly sha256: Sha256
}

/** Makes golden configurations when asked for, by the name of the NetworkDevice document. */
export function goldenTexts(input: GoldenInput): (device: string) => GoldenText {
  const renderer = new Renderer()
  const secrets = new EstateSecrets(input.secretFiles, input.sha256)
  const documents = templateDocuments(input.graph)
  const made = new Map<string, GoldenText>()
  return (device) => {
    const known = made.get(device)
    if (known !== undefined) return known
    const document = input.graph.documents.get(`NetworkDevice/${device}`)
    const golden = document === undefined ? none : goldenOf(document, input, { renderer, secrets, documents })
    made.set(device, golden)
    return golden
  }
}

/** Files that golden configurations come from. */
export const goldenSources = (graph: Graph): readonly string[] =>
  graph.ofKind('NetworkDevice').flatMap((device) => {
    const { golden } = device.document.spec as Partial<NetworkDeviceSpec>
    return [golden?.source, golden?.templateFile].flatMap((path) => (typeof path === 'string' ? [path] : []))
  })

const none: GoldenText = { text: undefined, diagnostics: [] }

interface Tools {
  readonly renderer: Renderer
  readonly secrets: EstateSecrets
  readonly documents: JsonObject
}

function goldenOf(document: LoadedDocument, { sources, locate }: GoldenInput, tools: Tools): GoldenText {
  const spec = document.document.spec as unknown as NetworkDeviceSpec
  const { golden = {} } = spec
  const diagnostics: Diagnostic[] = []
  const subject = document.address
  const tell = (code: keyof typeof codes, path: JsonPath, summary: string): GoldenText => ({
    text: undefined,
    diagnostics: [...diagnostics, report(code, { ...lazyPlace(locate, document, path), subject, summary })],
  })
  const { ssh = {} } = spec
  // Passwords of the login are looked up when it is spoken to; that they are there can be told before.
  for (const [value, path] of [
    [ssh, ['spec', 'ssh']],
    [spec.variables ?? {}, ['spec', 'variables']],
  ] as const)
    for (const problem of tools.secrets.place(value as unknown as JsonObject).problems)
      diagnostics.push(secretProblem(problem, document, path, locate))
  const field = golden.templateFile === undefined ? 'source' : 'templateFile'
  const path = golden[field]
  let text = golden.content ?? golden.template
  if (path !== undefined) {
    const bytes = sources(path)
    if (bytes === undefined)
      return tell('source-missing', ['spec', 'golden', field], `there is no file ${path} in the estate`)
    if (bytes.length > mostBytes)
      return tell('content-too-large', ['spec', 'golden', field], `${path} is too large: ${bytes.length} bytes`)
    text = new TextDecoder().decode(bytes)
  }
  if (text === undefined || (golden.template === undefined && golden.templateFile === undefined))
    return { text, diagnostics }
  const rendered = tools.renderer.render(text, variablesOf(document, spec, tools))
  if ('text' in rendered) return { text: rendered.text, diagnostics }
  const at =
    rendered.line === undefined ? '' : ` (line ${rendered.line}, column ${rendered.column ?? 1} of the template)`
  const of = golden.templateFile === undefined ? 'template' : 'templateFile'
  return tell('template-error', ['spec', 'golden', of], `the template can't be filled: ${rendered.error}${at}`)
}

/** What templates may use: `device` is always the device, and `documents` all documents. */
const variablesOf = (document: LoadedDocument, spec: NetworkDeviceSpec, tools: Tools): JsonObject => ({
  ...tools.secrets.place((spec.variables ?? {}) as JsonObject).value,
  device: {
    name: document.document.metadata.name,
    address: spec.address,
    labels: { ...document.document.metadata.labels },
    ...(spec.site !== undefined && { site: spec.site }),
  },
  documents: tools.documents,
})
