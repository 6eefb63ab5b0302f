import { changedRules } from '../change/changed-rules.ts'
import { contentDigest } from '../change/content.ts'
import { mayBreakGlass } from '../change/emergency.ts'
import { peopleOf } from '../change/people.ts'
import { type VerifyReport, verifyLedger } from '../ledger/verify.ts'
import { type Address, addressOf } from '../model/address.ts'
import type { RecordTypeSpec } from '../model/declared-record.ts'
import { reporter } from '../model/diagnostic.ts'
import { specOf } from '../model/practice.ts'
import { compareVersions, isVersion } from '../model/version.ts'
import { planDigest } from '../plan/plan-digest.ts'
import type { LedgerStep } from '../ports/ledger.ts'
import { newSchemaFaults } from '../records/judge-fields.ts'
import { moveObjection } from '../records/judge-move.ts'
import { authorsOfRecord } from './authors-of-record.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import type { EstateAt } from './estate-at.ts'
import { moveActor } from './record-types/hand.ts'
import { expectGenesis, refusal } from './records.ts'
import { whyNotStandard } from './standard-again.ts'
import { targetBranch, targetTip } from './target-branch.ts'
import { takesBack } from './waves.ts'
import type { World } from './world.ts'

const report = reporter(codes)

export interface AuditOptions {
  /** File with the keys that the auditor trusts. */
  readonly allowedSigners?: string
  /** Commit of the ledger that somebody else noted. */
  readonly witness?: string
  /** Sees the entries as they go by, so that who needs them does not read the ledger once more. */
  readonly watch?: (steps: AsyncIterable<LedgerStep>) => AsyncIterable<LedgerStep>
}

/** Verifies the ledger of a clone, and the target branch against it. */
export async function auditVerify(world: World, options: AuditOptions): Promise<VerifyReport> {
  if (options.witness !== undefined && !/^[0-9a-f]{40,64}$/.test(options.witness))
    throw refusal(
      report('commit-missing', {
        summary: `${options.witness} is no full commit id`,
        hint: 'note what git rev-parse origin/ledger prints, and give that',
      }),
    )
  const genesis = await expectGenesis(world)
  const repository = await world.repository()
  const tip = (await targetTip(world, await targetBranch(world))) ?? genesis.adoption
  const ids = [...(await repository.firstParents(tip, genesis.adoption))].reverse()
  const estates = new Map<string, Promise<EstateAt>>()
  const estateOf = (commit: string): Promise<EstateAt> => {
    const known = estates.get(commit) ?? loadCommit(world, commit)
    estates.set(commit, known)
    return known
  }
  return verifyLedger({
    steps: options.watch?.((await world.ledger()).steps()) ?? (await world.ledger()).steps(),
    main: await Promise.all(ids.map(async (id) => ({ id, ...(await treeAndParents(world, id)) }))),
    // A record that was edited may name anything.
    isOnMain: async (commit) =>
      (await repository.resolve(commit)) !== undefined && (await repository.isAncestor(commit, tip)),
    contentOf: async (commit, base) => contentDigest(await repository.changes(base, commit.id), world.sha256),
    personKeys: async (base, person, at) => keysOf((await estateOf(base)).graph, person, at),
    isPerson: async (base, person) => {
      const found = peopleOf((await estateOf(base)).graph).byAddress.get(person)
      return found?.active === true && !found.bot
    },
    mayBreakGlass: async (base, person, team) => mayBreakGlass((await estateOf(base)).graph, person, team),
    planOf: ({ subject: { tree, policies }, actions, only }) =>
      planDigest({ tree, policies, actions, only }, world.sha256),
    standardFault: (record) => whyNotStandard(world, record, estateOf),
    takesBack: async (base, environments) => takesBack((await estateOf(base)).graph, environments) !== undefined,
    authorsOf: async (record) => authorsOfRecord(world, record, (await estateOf(tip)).graph),
    accountOwners: async (base, account) =>
      peopleOf((await estateOf(base)).graph)
        .byAccount(account)
        .map((p) => p.address),
    recordTypeOf: async (commit, name) => {
      const { graph } = await estateOf(commit)
      const document = graph.documents.get(addressOf('RecordType', name))
      return document === undefined ? undefined : specOf<RecordTypeSpec>(document)
    },
    moveObjection: async (commit, type, before, after) => {
      const { graph } = await estateOf(commit)
      const { by, for: behalf } = after.log.at(-1) ?? { by: 'engine' as const }
      const actor = moveActor({ actor: by, ...(behalf !== undefined && { for: behalf }) }, graph)
      return moveObjection(type, before, after, actor)?.summary
    },
    fieldFault: async (type, before, after) => {
      const [fault] = await newSchemaFaults(type, before, after)
      return fault?.summary
    },
    shippedRecordType: (engine, name) => {
      if (engine === world.engineVersion) return world.recordTypes.get(name)?.spec
      return isVersion(engine) && compareVersions(engine, world.engineVersion) < 0 ? 'forgotten' : undefined
    },
    rulesChanged: async (from, to) => changedRules(await estateOf(from), await estateOf(to)),
    now: world.clock.now(),
    releaseTags: await repository.tags('release'),
    verifySignature: world.verifySignature,
    sha256: world.sha256,
    ...(options.allowedSigners !== undefined && { allowedSigners: await world.readText(options.allowedSigners) }),
    ...(options.witness !== undefined && { witnessTip: options.witness }),
  })
}

async function treeAndParents(world: World, id: string) {
  const { tree, parents } = await (await world.repository()).commit(id)
  return { tree, parents }
}

/** Keys with which a person may sign at a moment, by the documents of a commit. */
function keysOf(graph: EstateAt['graph'], person: Address, at: string): readonly string[] {
  const found = peopleOf(graph).byAddress.get(person)
  if (found === undefined || !found.active || found.bot) return []
  return found.keys
    .filter(
      (k) =>
        k.use !== 'login' &&
        !k.revoked &&
        (k.validFrom === undefined || k.validFrom <= at) &&
        (k.validUntil === undefined || at <= k.validUntil),
    )
    .map((k) => k.key)
}
