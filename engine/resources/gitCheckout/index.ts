import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { FieldChange, ProbeOutput, ResourceId, ResourceType } from '../../model/resource.ts'
import { beforeFile } from '../before-file.ts'
import { codes as sharedCodes } from '../codes.ts'
import { compareFields } from '../fields.ts'
import { checkPath } from '../host-path.ts'
import { codes } from './codes.ts'
import { parse, probe } from './probe.ts'
import { type CheckoutSpec, type CheckoutState, isRemote } from './spec.ts'
import { steps } from './steps.ts'

const report = reporter(codes)
const shared = reporter(sharedCodes)

/** A work tree of a git repository at one commit. */
export const resource: ResourceType<CheckoutSpec, CheckoutState> = {
  name: 'gitCheckout',
  rank: 47,
  codes,
  identify: (spec) => spec.path,
  check,
  normalise(spec) {
    if (spec.ensure === 'absent') return { path: spec.path, ensure: 'absent' }
    const { ensure: _ensure, ...rest } = spec
    return { ...rest, user: spec.user ?? 'root' }
  },
  probe,
  parse,
  runs: {
    // A host asks nobody where a branch is on the word of a change that nobody agreed to.
    words: ({ branch, url }) => (branch === undefined ? undefined : { branch, url: url ?? '' }),
    without: ({ branch: _branch, ...spec }) => spec,
  },
  diff,
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  notices,
  after(spec) {
    const packages: readonly ResourceId[] = ['package:git', 'package:openssh-client', 'package:ca-certificates']
    return [...beforeFile({ path: spec.path, ...(spec.user !== undefined && { owner: spec.user }) }), ...packages]
  },
  restore(name, state) {
    if (state === null) return { path: name, ensure: 'absent' }
    const { commit, url, user } = state
    return url === null ? null : { path: name, url, commit, user }
  },
}

function check(spec: CheckoutSpec, about: Parameters<NonNullable<ResourceType['check']>>[1]): readonly Diagnostic[] {
  const path = checkPath(spec.path, about)
  if (spec.ensure === 'absent') return path
  const at = { ...about.place, subject: about.subject }
  const given = (['commit', 'tag', 'branch'] as const).filter((name) => spec[name] !== undefined)
  const summary = `the checkout ${spec.path} has ${given.join(' and ') || 'neither commit nor tag nor branch'}`
  const names = [spec.tag, spec.branch].flatMap((name) => name ?? [])
  const badName = names.some((name) => /\.\.|\/\/|\.lock(\/|$)|[./]$/.test(name))
  return [
    ...path,
    ...(given.length === 1 ? [] : [shared('resource-invalid', { ...at, summary })]),
    ...(badName ? [shared('resource-invalid', { ...at, summary: `${names.join()} is no name that git takes` })] : []),
    // The URL is not repeated: a password may stand in it.
    ...(isRemote(spec.url ?? '')
      ? []
      : [report('checkout-url', { ...at, summary: `the remote of ${spec.path} is not in an allowed form` })]),
  ]
}

function diff(want: CheckoutSpec, have: CheckoutState | null, at: string | undefined): readonly FieldChange[] {
  return [...revisionChange(want, have, at), ...compareFields(want, have, ['url', 'user'])]
}

/** `at` is the commit behind the tag or branch, as the host has seen it. */
function revisionChange(
  want: CheckoutSpec,
  have: CheckoutState | null,
  at: string | undefined,
): readonly FieldChange[] {
  if (want.commit !== undefined) return compareFields(want, have, ['commit'])
  const path = want.tag === undefined ? 'branch' : 'tag'
  const name = want.tag ?? want.branch
  if (name === undefined || (have !== null && have.commit === at)) return []
  const after = at === undefined ? name : `${name} (${at})`
  return [{ path, ...(have !== null && { before: have.commit }), after }]
}

function notices(specs: readonly CheckoutSpec[], output: ProbeOutput, host: string): readonly Diagnostic[] {
  return parse(specs, output).flatMap((seen, i) => {
    if (seen.status !== 'present' || !seen.state.dirty) return []
    return [report('checkout-dirty', { summary: `${specs[i]?.path ?? ''} holds changes that nobody committed`, host })]
  })
}
