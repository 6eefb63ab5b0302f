import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { git } from '../commit-files.ts'
import { type Context, mustBeValid, plumbline, validateCommand } from '../context.ts'
import { interleave } from '../interleave.ts'
import type { Command } from '../measure-command.ts'
import { compare, type Row } from '../row.ts'

/** Goal 9: what starting costs. */
export async function start(context: Context): Promise<Row[]> {
  const root = join(context.scratch, 'reference')
  await copyReference(context.checkout, root)
  const cold = validateCommand(context, root, 'cold')
  await mustBeValid(cold)
  context.say('9: start, and the reference estate')
  const node: Command = { file: process.execPath, args: ['-e', '0'] }
  const version = plumbline(context, ['--version'])
  const warm = validateCommand(context, root, 'warm')
  // These take a moment each: many rounds cost little and settle the figures. Cold runs go last, for they empty the caches.
  const rounds = Math.max(context.rounds, context.quick ? 5 : 15)
  const found = await interleave({ node, version, warm }, rounds)
  const emptied = await interleave({ node, cold }, rounds)
  const against = { goal: '9', against: 'node -e 0' }
  const what = 'validate the reference estate'
  return [
    compare({ ...against, what: '--version', ours: found.version, floor: found.node, atMost: 2 }),
    compare({ ...against, what: `${what}, cold`, ours: emptied.cold, floor: emptied.node, atMost: 5 }),
    compare({ ...against, what: `${what}, warm`, ours: found.warm, floor: found.node }),
  ]
}

/** The reference estate in a repository of its own, so that nothing is left in the checkout. */
async function copyReference(checkout: string, root: string): Promise<void> {
  mkdirSync(root, { recursive: true })
  for (const part of ['plumbline.yaml', 'inventory', 'policies', 'runbooks', 'articles', 'secrets']) {
    const from = join(checkout, part)
    if (existsSync(from)) cpSync(from, join(root, part), { recursive: true })
  }
  await git(root, 'init', '--quiet', '--initial-branch=main')
  await git(root, 'add', '--all')
  const who = ['-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', '-c', 'commit.gpgsign=false']
  await git(root, ...who, 'commit', '--quiet', '--message', 'The reference estate')
}
