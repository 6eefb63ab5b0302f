import { canonicalJson } from '../../model/canonical.ts'
import type { RepositorySpec } from './spec.ts'

/** What a source says, in a form in which equal sources are equal. */
type Source = {
  readonly types: readonly string[]
  readonly uris: readonly string[]
  readonly suites: readonly string[]
  readonly components: readonly string[]
  readonly architectures: readonly string[]
  readonly key: string
  readonly keyring: string
  readonly trusted: boolean
  readonly enabled: boolean
  readonly options: { readonly [name: string]: string }
}

/** The file of a source. The key stands in it: one file, so that a source and its key are never apart. */
export function sourceText(spec: RepositorySpec): string {
  const s = sourceOf(spec)
  const signed = s.key !== '' ? inField(s.key) : s.keyring
  const fields: readonly (readonly [string, string])[] = [
    ['Types', s.types.join(' ')],
    ['URIs', s.uris.join(' ')],
    ['Suites', s.suites.join(' ')],
    ['Components', s.components.join(' ')],
    ['Architectures', s.architectures.join(' ')],
    ['Trusted', s.trusted ? 'yes' : ''],
    ['Enabled', s.enabled ? '' : 'no'],
    ...Object.keys(s.options)
      .sort()
      .map((name) => [name, s.options[name] ?? ''] as const),
    ['Signed-By', signed],
  ]
  return fields
    .flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`.replace(/: \n/, ':\n'), '\n']))
    .join('')
}

/** True where a text on a host, whoever wrote it, says what the spec asks for. Comments and order say nothing. */
export function saysSame(text: string, spec: RepositorySpec): boolean {
  const said = parseSource(text)
  return said !== undefined && canonicalJson(sourceOf(said)) === canonicalJson(sourceOf(spec))
}

/** The spec of a text with one source in it; undefined where it says more than a spec can. */
export function parseSource(text: string): Omit<RepositorySpec, 'name'> | undefined {
  const fields = fieldsOf(text)
  if (fields === undefined) return undefined
  const { types, uris, suites, components, architectures, trusted, enabled, 'signed-by': signed, ...others } = fields
  if (types === undefined || uris === undefined || suites === undefined) return undefined
  const options = Object.entries(others).map(([name, value]) => [optionNames.get(name) ?? '', value.trim()] as const)
  const flags = [trusted, enabled].every((flag) => flag === undefined || /^(yes|no)$/.test(flag))
  if (!flags || options.some(([name, value]) => name === '' || value.includes('\n'))) return undefined
  const isKey = signed?.includes(begin) === true
  if (signed !== undefined && !isKey && !/^\/\S+$/.test(signed)) return undefined
  return {
    types: words(types),
    uris: words(uris),
    suites: words(suites),
    ...(components !== undefined && { components: words(components) }),
    ...(architectures !== undefined && { architectures: words(architectures) }),
    ...(signed !== undefined && (isKey ? { key: outOfField(signed) } : { keyring: signed })),
    ...(trusted === 'yes' && { trusted: true }),
    ...(enabled === 'no' && { enabled: false }),
    ...(options.length > 0 && { options: Object.fromEntries(options) }),
  }
}

/** Options that a source may have beside those with a property of their own. */
export const optionNameList = [
  'Languages',
  'Targets',
  'PDiffs',
  'By-Hash',
  'Check-Valid-Until',
  'Check-Date',
  'Snapshot',
] as const
const optionNames = new Map(optionNameList.map((name) => [name.toLowerCase(), name]))
const begin = '-----BEGIN PGP PUBLIC KEY BLOCK-----'

function sourceOf(spec: Omit<RepositorySpec, 'name'>): Source {
  return {
    types: spec.types ?? ['deb'],
    uris: (spec.uris ?? []).map((uri) => uri.replace(/\/+$/, '')),
    suites: spec.suites ?? [],
    components: spec.components ?? [],
    architectures: spec.architectures ?? [],
    key: tidy(spec.key ?? ''),
    keyring: spec.keyring ?? '',
    trusted: spec.trusted === true,
    enabled: spec.enabled !== false,
    options: spec.options ?? {},
  }
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '')
const tidy = (key: string): string =>
  key
    .trim()
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
const inField = (key: string): string =>
  `\n${key
    .split('\n')
    .map((line) => ` ${line === '' ? '.' : line}`)
    .join('\n')}`
const outOfField = (value: string): string => tidy(value.replaceAll(/^\s*\.\s*$/gm, ''))

/** Fields by their names in small letters; undefined where there is more than one paragraph, or a line that is none. */
function fieldsOf(text: string): Readonly<Record<string, string>> | undefined {
  const fields = new Map<string, string>()
  let last: string | undefined
  const lines = text.replace(/\n+$/, '').replace(/^\n+/, '').split('\n')
  for (const line of lines.filter((l) => !l.startsWith('#'))) {
    const found = /^([A-Za-z][A-Za-z-]*):[ \t]*(.*)$/.exec(line)
    if (found !== null) {
      last = found[1]?.toLowerCase() ?? ''
      if (fields.has(last)) return undefined
      fields.set(last, (found[2] ?? '').trim())
    } else if (last !== undefined && /^[ \t]+\S/.test(line))
      fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`)
    else return undefined
  }
  return Object.fromEntries(fields)
}
