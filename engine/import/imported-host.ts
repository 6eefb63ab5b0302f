import type { JsonObject } from '../model/document.ts'
import type { Facts } from '../model/facts.ts'
import { type ChooseInput, type Chosen, chooseResources, type LeftOut } from './choose-resources.ts'
import { hostText, profileText } from './document-text.ts'
import { secretIn } from './secret-in.ts'

export interface HostAsFound {
  readonly name: string
  /** Who shall answer for its documents. */
  readonly owner?: string
  readonly facts: Facts
  /** ISO 8601: when it was looked at. */
  readonly at: string
}

export interface ImportedHost {
  /** What is to be written, by path in the estate. */
  readonly files: ReadonlyMap<string, string | Uint8Array>
  readonly resources: readonly Chosen[]
  readonly leftOut: readonly LeftOut[]
  readonly unknown: ReturnType<typeof chooseResources>['unknown']
}

/** Texts up to these sizes stand in the profile; larger ones are files beside it. */
const inline = { characters: 1500, lines: 30 } as const

export const hostPathOf = (name: string): string => `inventory/hosts/${name}.yaml`
export const profilePathOf = (name: string): string => `inventory/profiles/${name}.yaml`

export interface ImportInput extends Omit<ChooseInput, 'objection'> {
  /** Why a resource in the form of its document would not be accepted; undefined where it is. */
  readonly invalid: (type: string, spec: JsonObject) => string | undefined
  /** Names what has the form of a key or token in a text. */
  readonly knownSecret: (text: string) => string | undefined
}

/** The `Host` document of a host as it was found: its path and its text. The fields of `spec` are written in their order. */
export function hostFile(
  found: HostAsFound,
  spec: JsonObject,
  labels?: Readonly<Record<string, string>>,
): readonly [string, string] {
  const about = [`${found.name}, ${systemOf(found)}, as it was found on ${dayOf(found)}.`]
  const text = hostText({ name: found.name, ...ownerOf(found), about, ...(labels !== undefined && { labels }), spec })
  return [hostPathOf(found.name), text]
}

const ownerOf = ({ owner }: HostAsFound) => (owner === undefined ? {} : { owner })
const systemOf = ({ facts }: HostAsFound): string => facts.os?.name ?? 'its distribution'
const dayOf = ({ at }: HostAsFound): string => at.slice(0, 10)

/** The profile of a host as it was found, with the files that it refers to. */
export function importedHost(found: HostAsFound, input: ImportInput): ImportedHost {
  const choice = chooseResources({
    ...input,
    objection: (type, spec) => secretIn(spec, input.knownSecret) ?? input.invalid(type, asDocument(type, spec)),
  })
  const files = new Map<string, string | Uint8Array>()
  const resources = choice.resources.map((chosen) => withSource(found.name, chosen, files))
  files.set(
    profilePathOf(found.name),
    profileText({
      name: found.name,
      ...ownerOf(found),
      about: [`What ${found.name} has beyond ${systemOf(found)}, as it was found on ${dayOf(found)}.`],
      selector: { hosts: [found.name] },
      resources,
    }),
  )
  return { files, resources, leftOut: choice.leftOut, unknown: choice.unknown }
}

/** A spec as its document will have it: content that no document holds is behind a path. */
const asDocument = (type: string, spec: JsonObject): JsonObject =>
  needsSource(type, spec) ? sourced(spec, 'files/x') : plain(type, spec)

function withSource(host: string, chosen: Chosen, files: Map<string, string | Uint8Array>): Chosen {
  const { type, spec } = chosen
  if (!needsSource(type, spec)) return { ...chosen, spec: plain(type, spec) }
  let path = `files/${host}${safePath(String(spec['path']))}`
  // Two names may differ in nothing but characters that were left out.
  while (files.has(path)) path += '_'
  const { content, base64 } = spec
  files.set(path, typeof base64 === 'string' ? bytesOf(base64) : String(content))
  return { ...chosen, spec: sourced(spec, path) }
}

/** Nothing but plain characters, and nothing hidden: the estate's files are for all systems. */
const safePath = (path: string): string =>
  path
    .replaceAll(/[^A-Za-z0-9._/@+-]/g, '_')
    .replaceAll(/\/\.+(?=[^/]|$)/g, '/dot-')
    .replaceAll(/\/+/g, '/')

function needsSource(type: string, { content, base64 }: JsonObject): boolean {
  if (type !== 'file') return false
  if (typeof base64 === 'string') return true
  if (typeof content !== 'string') return false
  return content.length > inline.characters || content.split('\n').length > inline.lines || !isWritable(content)
}

/** Whether a text can stand in a document as it is: no controls, and no line that nobody would see the end of. */
const isWritable = (text: string): boolean => /^[\t\n\x20-\x7e\u00a1-\u024f]*$/.test(text) && !/[ \t]+(\n|$)/.test(text)

function sourced(
  { content: _content, base64: _base64, sha256: _sha256, ...rest }: JsonObject,
  source: string,
): JsonObject {
  const { path, ...others } = rest
  return { ...(path !== undefined && { path }), source, ...others }
}

/** Without what only the compiler says. */
function plain(type: string, spec: JsonObject): JsonObject {
  if (type !== 'file') return spec
  const { sha256: _sha256, ...rest } = spec
  // One bad file closes sudo for everybody.
  const isSudo = typeof rest['path'] === 'string' && rest['path'].startsWith('/etc/sudoers.d/')
  return isSudo && rest['validate'] === undefined ? { ...rest, validate: 'visudo -cf %s' } : rest
}

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
