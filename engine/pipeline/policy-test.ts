import type { ChangePolicySpec } from '../change/change-policy.ts'
import { codes as changeCodes } from '../change/codes.ts'
import { type PolicyTestResult, runPolicyTests } from '../change/run-policy-tests.ts'
import type { Address } from '../model/address.ts'
import { compareDiagnostics, type Diagnostic, hasErrors, reporter } from '../model/diagnostic.ts'
import type { LoadedDocument } from '../model/document.ts'
import { loadCommit, loadWork } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { policiesNamed } from './policies-named.ts'
import type { World } from './world.ts'

const report = reporter(changeCodes)

export interface PolicyTestOptions {
  /** Names or addresses of policies; all where none is given. */
  readonly names: readonly string[]
  /** A revision; the working folder where none is given. */
  readonly from?: string
}

export interface PolicyTests {
  readonly results: readonly (PolicyTestResult & {
    readonly policy: Address
    readonly file: string
    readonly line: number
  })[]
  /** Policies without examples. */
  readonly untested: readonly Address[]
  /** One for each example that does not hold. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Runs the examples that change policies carry with them. */
export async function policyTest(
  world: World,
  { names, from }: PolicyTestOptions,
): Promise<PolicyTests | { readonly refused: readonly Diagnostic[] }> {
  const estate = from === undefined ? await loadWork(world) : await loadCommit(world, from)
  const found = policiesNamed(estate.graph, names)
  if ('refused' in found) return found
  const wrong = brokenDocuments(estate, found.policies)
  if (wrong.length > 0) return { refused: wrong }
  const tested = found.policies.map((policy) => ({ policy, results: resultsOf(policy, estate) }))
  const results = tested.flatMap((t) => t.results)
  const diagnostics = results
    .filter((r) => r.got !== r.expected)
    .map(({ name, expected, got, because, policy, place }) =>
      report('policy-test-failed', {
        summary: `${name}: expected ${expected}, and it says ${got}`,
        ...(because !== undefined && { detail: because }),
        ...place,
        subject: policy,
      }),
    )
  return {
    results: results.map(({ place, ...result }) => ({ ...result, file: place.file, line: place.line })),
    untested: tested.filter((t) => t.results.length === 0).map((t) => t.policy.address),
    diagnostics: diagnostics.sort(compareDiagnostics),
  }
}

function resultsOf(policy: LoadedDocument, { locate }: EstateAt) {
  const spec = policy.document.spec as unknown as ChangePolicySpec
  return runPolicyTests(spec).map((result) => ({
    policy: policy.address,
    ...result,
    place: locate(policy, ['spec', 'tests', result.index]),
  }))
}

/** A policy that breaks its schema can't be run. */
function brokenDocuments({ diagnostics }: EstateAt, policies: readonly LoadedDocument[]): readonly Diagnostic[] {
  const addresses = new Set<string>(policies.map((p) => p.address))
  const wrong = diagnostics.filter((d) => addresses.has(d.subject ?? '') && d.code === 'schema')
  return hasErrors(wrong) ? wrong : []
}
