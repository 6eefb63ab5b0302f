import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { graphOf } from '../change/case-world.ts'
import { parseCodeOwners } from '../change/code-owners.ts'
import type { Diagnostic } from '../model/diagnostic.ts'
import type { BranchSettings, EnvironmentSettings, ForgeSettings } from '../ports/forge.ts'
import { codes } from './codes.ts'
import { diagnose } from './doctor.ts'
import type { MachineFacts } from './doctor-facts.ts'

interface Case {
  readonly case: string
  /** `error setup-shallow words of the summary` */
  readonly expect: readonly string[]
}

const read = <Of extends Case>(name: string): readonly Of[] =>
  load(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')) as readonly Of[]

function holds(found: readonly Diagnostic[], wanted: readonly string[]): void {
  const split = wanted.map((line) => /^(\S+) (\S+) (.*)$/.exec(line) ?? [])
  expect(found.map((d) => `${d.severity} ${d.code}`)).toEqual(split.map(([, severity, code]) => `${severity} ${code}`))
  for (const [i, [, , , words = '']] of split.entries()) expect(found[i]?.summary).toContain(words)
  // Each says why it matters and what to do.
  for (const { detail, hint } of found) expect([detail, hint]).not.toContain(undefined)
}

/** With null taken as a field that is not there. */
const changed = <Value extends object>(value: Value, more: object = {}): Value =>
  Object.fromEntries(Object.entries({ ...value, ...more }).filter(([, v]) => v !== null)) as Value

const main: BranchSettings = {
  ...{ name: 'main', exists: true, protected: true },
  ...{ reviews: 1, staleReviewsDismissed: true, codeOwnerReview: true, lastPushApproval: true },
  ...{ requiredChecks: ['plumbline/approval', 'plumbline/plan'], upToDate: true },
  ...{ forcePushes: false, deletions: false, directPushes: false, pullRequest: true, administrators: true },
  ...{ bypasses: [], signedCommits: false, mergeQueue: false, unseen: [] },
}
const ledger: BranchSettings = {
  ...main,
  ...{ name: 'ledger', reviews: 0, staleReviewsDismissed: false, codeOwnerReview: false, lastPushApproval: false },
  ...{ requiredChecks: [], upToDate: false, directPushes: true, pullRequest: false, pushers: ['app plumbline'] },
}
const apply: EnvironmentSettings = {
  ...{ name: 'plumbline-apply', exists: true, reviewers: ['ana'], selfReview: false },
  ...{ branches: ['main'], adminBypass: false },
}
const settings: ForgeSettings = {
  ...{ defaultBranch: 'main', visibility: 'private', mergeMethods: ['merge'], branches: [], environments: [] },
  ...{ workflowToken: 'read', workflowsMayApprove: false, actions: 'selected', pinnedActions: true },
  tokenScopes: ['administration:read', 'checks:write', 'contents:write', 'issues:write', 'pull_requests:write'],
}

interface SettingsCase extends Case {
  readonly solo?: true
  readonly target?: object
  readonly ledger?: object
  readonly plan?: object
  readonly drift?: object
  readonly apply?: object
  readonly settings?: object
}

describe('settings of the repository', () => {
  it.each(read<SettingsCase>('settings'))('$case', ({ expect: wanted, ...set }) => {
    const plan = { ...apply, name: 'plumbline-plan', branches: 'any', reviewers: [] } as const
    const drift = { ...apply, name: 'plumbline-drift', reviewers: [], adminBypass: true } as const
    const found = diagnose({
      forge: {
        settings: changed(settings, {
          branches: [changed(main, set.target), changed(ledger, set.ledger)],
          environments: [
            changed<EnvironmentSettings>(plan, set.plan),
            changed<EnvironmentSettings>(drift, set.drift),
            changed(apply, set.apply),
          ],
          ...set.settings,
        }),
        target: 'main',
        ledger: 'ledger',
        solo: set.solo === true,
      },
    })
    holds(found, wanted)
  })
})

interface EstateCase extends Case {
  readonly owners?: string | null
  readonly owner?: string
  readonly account?: string
  readonly active?: false
  readonly workflows?: Readonly<Record<string, string>>
  readonly lines?: readonly number[]
}

const apiVersion = 'plumbline/v1'

describe('what the branch says', () => {
  it.each(read<EstateCase>('estate'))('$case', ({ expect: wanted, ...set }) => {
    const { owners = '* @ana\n', account = 'git.example.org/ana#11', active = true, owner, workflows = {} } = set
    const ana = { fullName: 'Ana', email: 'ana@example.org', login: 'ana', accounts: [account], active }
    const graph = graphOf([
      { apiVersion, kind: 'Person', metadata: { name: 'ana' }, spec: ana },
      { apiVersion, kind: 'Policy', metadata: { name: 'policy', ...(owner !== undefined && { owner }) }, spec: {} },
    ])
    for (const d of graph.documents.values())
      Object.assign(d, { file: d.document.kind === 'Person' ? 'people.yaml' : 'policy.yaml' })
    const file = '.github/CODEOWNERS'
    const found = diagnose({
      estate: {
        graph,
        ...(owners !== null && { codeOwners: parseCodeOwners(file, owners) }),
        host: 'git.example.org',
        workflows: new Map(Object.entries(workflows)),
        forgeFiles: [file, ...Object.keys(workflows)],
      },
    })
    holds(found, wanted)
    if (set.lines !== undefined) expect(found.map((d) => d.line)).toEqual(set.lines)
  })
})

describe('this machine', () => {
  it.each(read<Case>('machine'))('$case', ({ expect: wanted, case: _, ...set }) => {
    const good: MachineFacts = {
      ...{ git: '2.43.0', shallow: false, remote: 'git@github.com:mill/estate.git', login: true },
      engineKey: { fingerprint: 'SHA256:good', listed: true },
    }
    holds(diagnose({ machine: changed(good, set) }), wanted)
  })
})

it('every finding has a case', () => {
  const tried = ['settings', 'estate', 'machine'].flatMap((name) => read(name).flatMap((c) => c.expect))
  expect(Object.keys(codes).filter((code) => !tried.some((line) => line.includes(` ${code} `)))).toEqual([])
})
