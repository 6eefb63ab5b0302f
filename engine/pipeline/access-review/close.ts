import { editYaml } from '../../drift/edit-yaml.ts'
import { removeDocument } from '../../drift/remove-document.ts'
import { type Address, kindOf, nameOf } from '../../model/address.ts'
import { count } from '../../model/count.ts'
import type { DeclaredRecord } from '../../model/declared-record.ts'
import { compareText, type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { LoadedDocument } from '../../model/document.ts'
import { specOf } from '../../model/practice.ts'
import { holdingsAt } from '../../practices/access/holdings.ts'
import { reviewProposal } from '../../pull-request/proposal.ts'
import { loadCommit } from '../estate.ts'
import type { EstateAt } from '../estate-at.ts'
import { type Proposed, proposeBranch } from '../fulfilment/propose-branch.ts'
import { handOf } from '../hand.ts'
import { personsHand } from '../record-types/hand.ts'
import { writeRecords } from '../record-types/write.ts'
import { targetBranch, targetTip } from '../target-branch.ts'
import type { World } from '../world.ts'
import { codes } from './codes.ts'
import { type DecidedLine, linesOf } from './standing.ts'
import { expectReview } from './start.ts'

const report = reporter(codes)
type Refused = { readonly refused: readonly Diagnostic[] }

export interface ClosedReview {
  readonly record: DeclaredRecord
  readonly revoked: readonly DecidedLine[]
  /** Revoked, and gone from the target branch already. */
  readonly gone: readonly DecidedLine[]
  /** Nothing where nothing was left to be revoked. */
  readonly proposed?: Proposed
}

/**
 * Ends a review of which every line is decided. What was revoked becomes one branch, and one pull request where there is a forge,
 * that takes away exactly that; the review ends when this is applied. Broken off and run again it goes on.
 */
export async function closeReview(world: World, id: string): Promise<ClosedReview | Refused> {
  const hand = await personsHand(world)
  if ('refused' in hand) return hand
  const record = await expectReview(world, id)
  const lines = linesOf(record)
  const open = lines.filter((l) => l.decided === undefined)
  if (record.state === 'open' && open.length > 0)
    return {
      refused: [
        report('review-undecided', {
          summary: `${record.id}: ${count(open.length, 'line')} of ${lines.length} not decided: ${open
            .slice(0, 10)
            .map((l) => l.line)
            .join(', ')}${open.length > 10 ? '…' : ''}`,
        }),
      ],
    }
  const revoked = lines.filter((l) => l.decided?.decision === 'revoke')
  const base = await targetTip(world, await targetBranch(world))
  if (record.state !== 'open' || base === undefined) return moved(world, hand, record, 'close', { revoked, gone: [] })
  const estate = await loadCommit(world, base)
  const held = heldIn(world, estate)
  const gone = revoked.filter((line) => !held.has(keyOf(line)))
  const left = revoked.filter((line) => held.has(keyOf(line)))
  if (left.length === 0) return moved(world, hand, record, 'close', { revoked, gone })
  const proposed = await proposeRevocation(world, estate, base, record, left)
  if ('refused' in proposed) return proposed
  return moved(world, hand, record, 'propose', { revoked, gone, proposed })
}

async function moved(
  world: World,
  hand: Exclude<Awaited<ReturnType<typeof personsHand>>, Refused>,
  { id }: DeclaredRecord,
  name: 'close' | 'propose',
  done: Omit<ClosedReview, 'record'>,
): Promise<ClosedReview> {
  const { proposed, revoked, gone } = done
  const where = proposed === undefined ? '' : `, proposed on the branch ${proposed.branch}`
  const already = gone.length === 0 ? '' : `, ${gone.length} of them gone already`
  const record = await writeRecords(world, hand, (desk) =>
    desk.move('access-review', id, {
      name,
      text: `${count(revoked.length, 'line')} revoked${already}${where}`,
      ...(proposed !== undefined && { links: [{ relation: 'proposed-as', to: proposed.commit }] }),
    }),
  )
  return { record, ...done }
}

async function proposeRevocation(
  world: World,
  estate: EstateAt,
  base: string,
  { id, title }: DeclaredRecord,
  lines: readonly DecidedLine[],
): Promise<Proposed | Refused> {
  const files = await filesWithout(world, estate, base, lines)
  if ('refused' in files) return files
  const repository = await world.repository()
  const tree = await repository.writeTree((await repository.commit(base)).tree, files.files)
  const fault = await notExactly(world, estate, tree, lines)
  if (fault !== undefined) return { refused: [fault] }
  const names = [...files.files.keys()].sort(compareText)
  return proposeBranch(world, {
    ...{ base, branch: `access-review/${id}`, files: files.files },
    hand: await handOf(world, base, undefined),
    title: `${id}: revoke ${lines.length === 1 ? `${lines[0]?.grant} of ${lines[0]?.who}` : `${lines.length} grants`}`,
    trailer: `Access-Review: ${id}`,
    proposal: (told) =>
      reviewProposal({
        id,
        title,
        files: names,
        told,
        lines: lines.map(({ grant, who, decided }) => ({ grant, who, by: decided?.by ?? '' })),
      }),
  })
}

/** The files of the grants with nothing but their holders taken out; a grant that nobody is left in goes. */
async function filesWithout(
  world: World,
  { graph }: EstateAt,
  base: string,
  lines: readonly DecidedLine[],
): Promise<{ readonly files: ReadonlyMap<string, Uint8Array | null> } | Refused> {
  const tree = await world.treeFiles(base)
  const grants = [...new Set(lines.map((l) => l.grant))].flatMap((grant) => graph.documents.get(grant) ?? [])
  const texts = new Map<string, string>()
  // From the back of each file, so that what was taken out moves nothing before it.
  for (const document of grants.sort((a, b) => compareText(a.file, b.file) || b.index - a.index)) {
    const entry = tree.entries.find((e) => e.path === document.file)
    const bytes = entry === undefined ? undefined : (await tree.read([entry])).get(entry.path)
    const text = texts.get(document.file) ?? Buffer.from(bytes ?? []).toString('utf8')
    const without = withoutHolders(
      text,
      document,
      lines.filter((l) => l.grant === document.address).map((l) => l.who),
    )
    if ('refused' in without)
      return {
        refused: [
          report('review-unwritten', { summary: `${document.address}: ${without.refused}`, subject: document.address }),
        ],
      }
    texts.set(document.file, without.text)
  }
  return {
    files: new Map([...texts].map(([path, text]) => [path, text.trim() === '' ? null : Buffer.from(text)] as const)),
  }
}

function withoutHolders(text: string, document: LoadedDocument, holders: readonly Address[]) {
  const { to } = specOf<{ readonly to: readonly string[] }>(document)
  const indexes = to.flatMap((reference, i) => (holders.some((who) => means(reference, who)) ? [i] : []))
  if (indexes.length === to.length) return removeDocument(text, document.index)
  const edits = indexes.reverse().map((i) => ({ path: ['spec', 'to', i], remove: true }) as const)
  return editYaml(text, document.index, edits)
}

/** A bare name means a person. */
function means(reference: string, who: Address): boolean {
  const full = reference.includes('/') ? reference : `Person/${reference}`
  const slash = full.indexOf('/')
  return full.slice(0, slash).toLowerCase() === kindOf(who).toLowerCase() && full.slice(slash + 1) === nameOf(who)
}

const keyOf = ({ grant, who }: { readonly grant: Address; readonly who: Address }): string => `${grant} of ${who}`

function heldIn(world: World, { graph, starts }: Pick<EstateAt, 'graph' | 'starts'>): ReadonlySet<string> {
  const held = holdingsAt({ graph, now: world.clock.now(), starts })
  return new Set(held.map((h) => keyOf({ grant: h.by.address, who: h.who })))
}

/** Everything that is held afterwards was held before, and nothing is missing but what was revoked. */
async function notExactly(
  world: World,
  estate: EstateAt,
  tree: string,
  lines: readonly DecidedLine[],
): Promise<Diagnostic | undefined> {
  const { graph } = await loadCommit(world, tree)
  const [before, after] = [heldIn(world, estate), heldIn(world, { graph, starts: estate.starts })]
  const wanted = new Set(lines.map(keyOf))
  const still = [...after].find((held) => wanted.has(held) || !before.has(held))
  const lost = [...before].find((held) => !after.has(held) && !wanted.has(held))
  if (still !== undefined)
    return report('review-unwritten', { summary: `${still} would still be there: they have it as a member as well` })
  if (lost !== undefined) return report('review-unwritten', { summary: `${lost} would be gone, too` })
  return undefined
}
