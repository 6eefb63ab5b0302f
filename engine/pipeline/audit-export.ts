import { peopleOf } from '../change/people.ts'
import { parseRecord } from '../ledger/record-text.ts'
import { canonicalJson } from '../model/canonical.ts'
import { compareText, type Diagnostic, reporter } from '../model/diagnostic.ts'
import { namespaceOf, openEnvelope, type StatementSort } from '../model/dsse.ts'
import type { ChangeRecord, Envelope } from '../model/record.ts'
import { codes } from './codes.ts'
import { loadCommit } from './estate.ts'
import { expectGenesis, findRecord } from './records.ts'
import type { World } from './world.ts'

const report = reporter(codes)

/** One statement of a change, as files that others can check. */
export interface ExportedStatement {
  readonly sort: StatementSort
  /** Who it is said by, as the file of allowed signers names them. */
  readonly principal: string
  /** Name of its files, without what they end in. */
  readonly file: string
  /** The command that checks it. */
  readonly command: string
}

export interface Exported {
  readonly change: string
  readonly folder: string
  readonly statements: readonly ExportedStatement[]
  /** Approvals that nobody signed: a forge reported them. */
  readonly unsigned: number
}

interface Signed {
  readonly sort: StatementSort
  readonly principal: string
  readonly envelope: Envelope
}

/**
 * Writes the envelopes of a change into a folder, each with the bytes that are signed and the signature, so that
 * `ssh-keygen -Y verify` checks them without this program.
 */
export async function auditExport(
  world: World,
  options: { readonly change: string; readonly out?: string },
): Promise<Exported | { readonly refused: readonly Diagnostic[] }> {
  const record = await findRecord(world, options.change)
  if (record === undefined) return { refused: [report('change-unknown', { summary: `there is no ${options.change}` })] }
  const folder = options.out ?? `${record.id}-evidence`
  const files = new Map<string, string>()
  const statements = signedIn(record).map((signed, i) => addStatement(files, signed, i + 1))
  files.set('allowed_signers', await allowedSigners(world, record))
  files.set('results.json', canonicalJson(record.deployment?.results ?? []))
  files.set('record.json', `${JSON.stringify(record, null, 2)}\n`)
  files.set('verify.sh', script(record, statements))
  await world.writeFiles(folder, files)
  const unsigned = record.approvals.filter((a) => a.assertion === 'forge-asserted').length
  return { change: record.id, folder, statements, unsigned }
}

function signedIn({ approvals, emergency, review, deployment }: ChangeRecord): readonly Signed[] {
  return [
    ...approvals.flatMap((a): Signed[] =>
      a.assertion === 'approver-signed' ? [{ sort: 'approval', principal: a.approver, envelope: a.envelope }] : [],
    ),
    ...(emergency === undefined
      ? []
      : [{ sort: 'break-glass' as const, principal: emergency.person, envelope: emergency.envelope }]),
    ...(review === undefined
      ? []
      : [{ sort: 'review' as const, principal: review.reviewer, envelope: review.envelope }]),
    ...(deployment?.attestation === undefined
      ? []
      : [{ sort: 'apply' as const, principal: 'engine', envelope: deployment.attestation }]),
  ]
}

function addStatement(files: Map<string, string>, signed: Signed, number: number): ExportedStatement {
  const { sort, principal, envelope } = signed
  const file = `${String(number).padStart(2, '0')}-${sort}-${principal.replace(/^.*\//, '')}`
  files.set(`${file}.dsse.json`, `${JSON.stringify(envelope, null, 2)}\n`)
  const opened = openEnvelope(sort, envelope)
  if (opened.ok) {
    files.set(`${file}.signed`, new TextDecoder().decode(opened.signed))
    files.set(`${file}.sig`, opened.signature)
  }
  const command = `ssh-keygen -Y verify -f allowed_signers -I ${principal} -n ${namespaceOf(sort)} -s ${file}.sig < ${file}.signed`
  return { sort, principal, file, command }
}

/** Keys of the people who spoke, by the documents of the base, and of the engines, by the ledger. */
async function allowedSigners(world: World, record: ChangeRecord): Promise<string> {
  const people = peopleOf((await loadCommit(world, record.subject.base)).graph)
  const spoke = [...new Set(signedIn(record).map((s) => s.principal))].sort(compareText)
  const ours = spoke.flatMap((principal) => {
    const keys = [...people.byAddress].find(([address]) => address === principal)?.[1].keys ?? []
    const usable = keys.filter((k) => k.use !== 'login' && !k.revoked)
    return usable.map(
      (k) => `${principal} namespaces="plumbline-approval,plumbline-break-glass,plumbline-review" ${k.key}`,
    )
  })
  const engines = (await engineKeys(world)).map((key) => `engine namespaces="plumbline-apply" ${key}`)
  return `${[
    '# These keys are taken from the repository that is to be checked. Compare them with what you know from elsewhere.',
    ...ours,
    ...engines,
  ].join('\n')}\n`
}

/** All engines that ever wrote to the ledger: what a key signed before it was retired stands. */
async function engineKeys(world: World): Promise<readonly string[]> {
  const genesis = await expectGenesis(world)
  const view = await (await world.ledger()).view()
  const later: string[] = []
  for (const name of await view.list('keys')) {
    const found = parseRecord('engineKey', (await view.file(`keys/${name}`)) ?? '', `keys/${name}`)
    if ('record' in found) later.push(found.record.publicKey)
  }
  return [...new Set([...genesis.engineKeys, ...later])]
}

/** A script that anybody can read and run: `ssh-keygen`, `sha256sum` and a shell are all it needs. */
function script({ id, deployment }: ChangeRecord, statements: readonly ExportedStatement[]): string {
  const results =
    deployment?.attestation === undefined
      ? []
      : ['# The statement of the engine names this digest of the results:', 'sha256sum results.json']
  return `${['#!/bin/sh', `# Checks the signed statements of ${id}.`, 'set -eu', 'cd "$(dirname "$0")"', ...statements.map((s) => s.command), ...results].join('\n')}\n`
}
