import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Discovered, FieldChange, ProbeOutput, ResourceId, ResourceType } from '../../model/resource.ts'
import { read } from '../../model/script.ts'
import { codes as sharedCodes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { probeUnowned, readUnowned } from '../found-files.ts'
import { codes } from './codes.ts'
import { parse, probe } from './probe.ts'
import { parseSource, saysSame, sourceText } from './source-text.ts'
import { pathOf, type RepositorySpec, type RepositoryState } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)
const shared = reporter(sharedCodes)

/** A source of packages for apt, with the key that signs it. */
export const resource: ResourceType<RepositorySpec, RepositoryState> = {
  name: 'repository',
  rank: 8,
  codes,
  identify: (spec) => spec.name,
  check,
  normalise(spec) {
    const { name, ensure, preimage } = spec
    if (ensure === 'absent') return { name, ensure }
    if (preimage !== undefined) return { name, preimage }
    const { ensure: _ensure, ...rest } = spec
    return { ...rest, types: spec.types ?? ['deb'] }
  },
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  after(spec) {
    const keyring: readonly ResourceId[] =
      spec.keyring === undefined ? [] : [`file:${spec.keyring}`, `download:${spec.keyring}`]
    return [...keyring, 'package:ca-certificates']
  },
  paths: (spec) => [pathOf(spec.name)],
  owns: 'whole',
  discover: { probe: probeUnowned(read`"$R"/etc/apt/sources.list.d/*.sources`), parse: discovered },
  restore: (name, state) => (state === null ? { name, ensure: 'absent' } : { name, preimage: state.sha256 }),
}

function check(spec: RepositorySpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  if (spec.ensure === 'absent') return []
  const at = { ...about.place, subject: about.subject }
  const invalid = (summary: string) => shared('resource-invalid', { ...at, summary })
  const { name, uris = [], suites = [], components = [], key } = spec
  const signed = (['key', 'keyring', 'trusted'] as const).filter((f) => spec[f] !== undefined && spec[f] !== false)
  const flat = suites.filter((suite) => suite.endsWith('/')).length
  const block =
    /^\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\n[A-Za-z0-9+/=:.,;()@<> \t\n_-]+\n-----END PGP PUBLIC KEY BLOCK-----\s*$/
  return [
    // The URI is not repeated: a password stands in it.
    ...(uris.some((uri) => /^[a-z+]+:\/\/[^/]*@/.test(uri))
      ? [invalid(`a URI of ${name} holds an account or a password: use /etc/apt/auth.conf.d`)]
      : []),
    ...(signed.length === 1
      ? []
      : [
          invalid(
            `the package source ${name} has ${signed.join(' and ') || 'neither key nor keyring, and is not trusted'}`,
          ),
        ]),
    ...(flat > 0 && (flat < suites.length || components.length > 0)
      ? [invalid(`the package source ${name} has components beside a suite that ends in a slash`)]
      : []),
    ...(flat === 0 && components.length === 0 ? [invalid(`the package source ${name} has no components`)] : []),
    ...(key !== undefined && !block.test(key)
      ? [
          report('repository-key', {
            ...at,
            summary: `the key of the package source ${name} is no armoured public key`,
          }),
        ]
      : []),
    ...(spec.trusted === true
      ? [report('repository-unsigned', { ...at, summary: `packages from ${name} are installed whoever made them` })]
      : []),
  ]
}

/** `text` is the source as it is on the host. */
function diff(want: RepositorySpec, have: RepositoryState | null, text: string | undefined): readonly FieldChange[] {
  const names = have === null || want.preimage !== undefined ? [] : ['mode', 'owner', 'group']
  return [...contentChange(want, have, text), ...compareFields(usual, have, names)]
}

const usual = { mode: '0644', owner: 'root', group: 'root' }

function contentChange(
  want: RepositorySpec,
  have: RepositoryState | null,
  text: string | undefined,
): readonly FieldChange[] {
  const before = have === null ? {} : { before: `sha256:${have.sha256}` }
  if (want.preimage !== undefined) {
    return have?.sha256 === want.preimage ? [] : [{ path: 'content', ...before, after: `sha256:${want.preimage}` }]
  }
  if (have !== null && text !== undefined && saysSame(text, want)) return []
  const shown = have === null ? '' : text
  const after = sourceText(want)
  return [
    {
      path: 'content',
      ...before,
      after: 'as declared',
      ...(shown !== undefined && { text: { before: shown, after } }),
    },
  ]
}

/** Only what a document says in full; another form stays a file. */
function discovered(output: ProbeOutput): readonly Discovered<RepositorySpec>[] {
  return readUnowned(output).flatMap(({ path, seen }) => {
    const name = /^\/etc\/apt\/sources\.list\.d\/([A-Za-z0-9][A-Za-z0-9._-]{0,70})\.sources$/.exec(path)?.[1]
    if (name === undefined || seen.status !== 'present' || seen.excerpt === undefined) return []
    const { mode, owner, group } = seen.state
    const source = parseSource(seen.excerpt)
    const signed = source?.key !== undefined || source?.keyring !== undefined || source?.trusted === true
    if (source === undefined || !signed || `${mode} ${owner} ${group}` !== '0644 root root') return []
    return [{ spec: { name, ...source } }]
  })
}
