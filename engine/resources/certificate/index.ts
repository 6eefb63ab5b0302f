import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ProbeOutput, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes as sharedCodes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath, fourDigits } from '../host-path.ts'
import { numberedLines } from '../numbered-lines.ts'
import { codes } from './codes.ts'
import { discoverProbe, parseDiscovered } from './discover.ts'
import { daysOf, parse, probe } from './probe.ts'
import { type CertificateSpec, type CertificateState, fileText, keyPathOf, nameOf, pathsOfName } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)
const shared = reporter(sharedCodes)

/** A certificate and its key, or the watch over one that somebody else renews. */
export const resource: ResourceType<CertificateSpec, CertificateState> = {
  name: 'certificate',
  rank: 52,
  codes,
  identify: nameOf,
  check,
  normalise,
  probe,
  parse,
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  notices,
  after: (spec) => {
    const key =
      spec.observeOnly === true ? [] : beforeFile({ ...owned(spec.keyOwner, spec.keyGroup), path: keyPathOf(spec) })
    return [...beforeFile({ ...owned(spec.owner, spec.group), path: spec.path }), ...key, 'package:openssl']
  },
  paths: (spec) =>
    spec.observeOnly === true && spec.keyPath === undefined ? [spec.path] : [spec.path, keyPathOf(spec)],
  discover: { probe: discoverProbe, parse: parseDiscovered },
  restore(name, state) {
    if (state === null) return { ...pathsOfName(name), ensure: 'absent' }
    const { sha256, keyMatches, mode, owner, group, keyMode, keyOwner, keyGroup } = state
    if (keyMatches === null || sha256 === null || mode === null || owner === null || group === null) return null
    if (keyMode === null || keyOwner === null || keyGroup === null) return null
    return { ...pathsOfName(name), kept: sha256, mode, owner, group, keyMode, keyOwner, keyGroup }
  },
}

const owned = (owner: string | undefined, group: string | undefined) => ({
  ...(owner !== undefined && { owner }),
  ...(group !== undefined && { group }),
})

function normalise(spec: CertificateSpec): CertificateSpec {
  const {
    path,
    observeOnly,
    ensure,
    keyPath,
    warnBefore = '30d',
    mode,
    owner = 'root',
    group = 'root',
    keyMode,
    ...rest
  } = spec
  const where = { path, ...(keyPath !== undefined && { keyPath }) }
  if (ensure === 'absent') return { ...where, ensure }
  if (observeOnly === true) return { ...where, observeOnly, warnBefore }
  return {
    keyOwner: owner,
    keyGroup: group,
    ...rest,
    ...where,
    warnBefore,
    owner,
    group,
    mode: fourDigits(mode ?? '0644'),
    keyMode: fourDigits(keyMode ?? '0600'),
  }
}

function check(spec: CertificateSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const at = { ...about.place, subject: about.subject }
  const paths = [spec.path, ...(spec.keyPath === undefined ? [] : [spec.keyPath])].flatMap((p) => checkPath(p, about))
  if (spec.ensure === 'absent') return paths
  const given = (['certificate', 'chain', 'key'] as const).filter((name) => spec[name] !== undefined)
  if (spec.observeOnly === true) {
    const summary = `the certificate ${spec.path} is only observed and has ${given.join(', ')}`
    return given.length === 0 ? paths : [...paths, shared('resource-invalid', { ...at, summary })]
  }
  const invalid = (summary: string) => report('certificate-invalid', { ...at, summary })
  const block = /^\s*(-----BEGIN CERTIFICATE-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/
  return [
    ...paths,
    ...(spec.certificate === undefined || spec.key === undefined
      ? [shared('resource-invalid', { ...at, summary: `the certificate ${spec.path} has no certificate or no key` })]
      : []),
    // What it is instead is not repeated: it may be the key.
    ...(['certificate', 'chain'] as const).flatMap((name) =>
      spec[name] === undefined || block.test(spec[name])
        ? []
        : [invalid(`${name} of ${spec.path} is no PEM certificate`)],
    ),
    ...(/[1-7]$/.test(spec.keyMode ?? '') ? [invalid(`everybody could read the key of ${spec.path}`)] : []),
  ]
}

/** `text` is the certificate as it is on the host. */
function diff(want: CertificateSpec, have: CertificateState | null, text: string | undefined): readonly FieldChange[] {
  if (want.observeOnly === true) return []
  const before = have?.sha256 == null ? {} : { before: `sha256:${have.sha256}` }
  const attributes = compareFields(want, have, ['mode', 'owner', 'group', 'keyMode', 'keyOwner', 'keyGroup'])
  if (want.kept !== undefined) {
    const same = have?.sha256 === want.kept
    return [...(same ? [] : [{ path: 'certificate', ...before, after: `sha256:${want.kept}` }]), ...attributes]
  }
  const same = have !== null && text === fileText(want)
  return [
    ...(same ? [] : [{ path: 'certificate', ...before, after: 'as declared' }]),
    ...(have?.keyMatches === true ? [] : [{ path: 'key', sensitive: true as const }]),
    ...attributes,
  ]
}

function notices(specs: readonly CertificateSpec[], output: ProbeOutput, host: string): readonly Diagnostic[] {
  const lines = numberedLines(output.stdout)
  return parse(specs, output).flatMap((seen, i) => {
    const spec = specs[i]
    if (seen.status !== 'present' || spec === undefined || spec.ensure === 'absent') return []
    const end = seen.state.notAfter ?? 'an unknown time'
    const over = lines.first(i, 'over') !== undefined
    const soon = lines.first(i, 'soon') !== undefined
    const when = over ? `ended at ${end}` : `ends at ${end}, in less than ${daysOf(spec)} days`
    return [
      ...(over || soon
        ? [report('certificate-expires', { summary: `the certificate ${spec.path} ${when}`, host })]
        : []),
      ...(spec.observeOnly === true && seen.state.keyMatches === false
        ? [report('certificate-key', { summary: `${keyPathOf(spec)} is not the key of ${spec.path}`, host })]
        : []),
    ]
  })
}
