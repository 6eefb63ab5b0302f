import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../commit-files.ts'
import { type Context, mustBeValid, removeCaches, validateCommand } from '../context.ts'
import { generateEstate } from '../generate-estate.ts'
import { interleave } from '../interleave.ts'
import type { Command } from '../measure-command.ts'
import { ajvCli, debianTool, writeCombinedSchema, writeYamllintSettings } from '../peer-tools.ts'
import { compare, type Row, skippedRow } from '../row.ts'

/** Goal 6: a cold `validate` against a peer that checks schemas only. */
export async function coldAgainstAjv(context: Context): Promise<Row[]> {
  const documents = context.quick ? 1_000 : 10_000
  const what = `validate cold, ${documents} documents`
  const peer = ajvCli()
  if ('missing' in peer) return [skippedRow('6', what, peer.missing)]
  const root = await estateOf(context, documents)
  const ours = validateCommand(context, root, 'cold')
  await mustBeValid(ours)
  const schema = join(context.scratch, 'all.json')
  await writeCombinedSchema(context.checkout, schema)
  const args = ['validate', '--spec=draft2020', '--strict=false', '-c', 'ajv-formats', '-s', schema]
  const theirs: Command = {
    file: process.execPath,
    args: [peer.file, ...args, '-d', '{inventory,policies}/**/*.yaml'],
    cwd: root,
  }
  context.say(`6: ${documents} documents against ajv-cli`)
  const found = await interleave({ ours, theirs }, context.rounds)
  const both = { goal: '6', ours: found.ours, against: 'ajv-cli, schema only', floor: found.theirs }
  return [compare({ ...both, what, atMost: 1 }), compare({ ...both, what: `${what}, CPU`, measure: 'cpu' })]
}

/** Goal 6: against a peer that reads the YAML and no more. A small estate, for that takes it long enough. */
export async function coldAgainstYamllint(context: Context): Promise<Row[]> {
  const documents = 300
  const what = `validate cold, ${documents} documents`
  const peer = debianTool('yamllint')
  if ('missing' in peer) return [skippedRow('6', `${what}, yamllint`, peer.missing)]
  const root = await estateOf(context, documents)
  const settings = join(context.scratch, 'yamllint.yaml')
  writeYamllintSettings(settings)
  const theirs: Command = { file: peer.file, args: ['-c', settings, 'inventory', 'policies'], cwd: root }
  context.say(`6: ${documents} documents against yamllint`)
  const found = await interleave({ ours: validateCommand(context, root, 'cold'), theirs }, context.rounds)
  return [compare({ goal: '6', what, ours: found.ours, against: 'yamllint', floor: found.theirs })]
}

/** Goal 6: against what git needs to look at the same files. */
export async function coldAgainstGit(context: Context): Promise<Row[]> {
  const documents = context.quick ? 10_000 : 100_000
  const root = await estateOf(context, documents)
  const ours = validateCommand(context, root, 'cold')
  await mustBeValid(ours)
  context.say(`6: ${documents} documents against git status`)
  const found = await interleave({ ours, git: gitStatus(root) }, context.rounds)
  const what = `validate cold, ${documents} documents`
  return [compare({ goal: '6', what, ours: found.ours, against: 'git status', floor: found.git, atMost: 50 })]
}

/** Goal 7: one file of many has changed since the last run. The bound was set with a file for each document. */
export async function warmValidate(context: Context): Promise<Row[]> {
  return afterOneChange(context, context.quick ? 10_000 : 100_000, 1)
}

/** The same with fewer, larger files: less for git to look at, and as much for us. */
export async function warmValidateOfLargeFiles(context: Context): Promise<Row[]> {
  return afterOneChange(context, context.quick ? 10_000 : 100_000, 5)
}

async function afterOneChange(context: Context, documents: number, perFile: number): Promise<Row[]> {
  const root = await estateOf(context, documents, perFile)
  const tracked = (await git(root, 'ls-files', 'inventory/hosts')).split('\n')
  const file = join(root, tracked[tracked.length >> 1] ?? '')
  const original = readFileSync(file, 'utf8')
  let edit = 0
  /** Each time something else, so that nothing of the run before fits. */
  const change = () => {
    edit += 1
    writeFileSync(file, original.replace('kept by the platform team', `kept by team ${String(edit).padStart(8, '0')}`))
  }
  const ours: Command = { ...validateCommand(context, root, 'warm'), before: change }
  try {
    removeCaches(root)
    await mustBeValid(ours)
    context.say(`7: one changed file, ${documents} documents, ${perFile} in a file`)
    const found = await interleave({ ours, git: { ...gitStatus(root), before: change } }, context.rounds)
    const what = `validate after one changed file, ${documents} documents, ${perFile} per file`
    const both = { goal: '7', what, ours: found.ours, against: 'git status', floor: found.git }
    return [compare(perFile === 1 ? { ...both, atMost: 2.5 } : both)]
  } finally {
    writeFileSync(file, original)
    await git(root, 'status', '--porcelain')
  }
}

async function estateOf(context: Context, documents: number, perFile = 1): Promise<string> {
  context.say(`estate of ${documents} documents, ${perFile} in a file`)
  return generateEstate({ documents, perFile })
}

function gitStatus(root: string): Command {
  return { file: 'git', args: ['-C', root, 'status', '--porcelain'] }
}
