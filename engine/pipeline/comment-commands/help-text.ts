import { code } from '../../pull-request/markdown.ts'
import type { CommandTeams } from './may-run.ts'
import type { Misused } from './parse-command.ts'
import type { Said } from './said.ts'

const anybody = 'whoever may write here, and has a document in the estate'

/** What there is to say. */
export function helpSaid(teams: CommandTeams): Said {
  const who = (command: 'apply' | 'rollback' | 'unlock'): string =>
    teams[command]?.map((team) => code(team)).join(', ') ?? anybody
  const rows = [
    [
      '/plumbline plan [commit]',
      'plans this pull request anew; one from a fork sees hosts only where the commit is named that you read',
      'whoever may write here',
    ],
    ['/plumbline approve <digest>', 'agrees to the plan whose digest begins so, as it stands in the plan', anybody],
    ['/plumbline apply', 'applies what this pull request brought, once it is merged and approved', who('apply')],
    ['/plumbline rollback [CHG-…]', 'opens a pull request that takes it back, or the change named', who('rollback')],
    ['/plumbline unlock [environment]', 'frees the lock of an apply that died', who('unlock')],
  ]
  return {
    done: true,
    verdict: 'What there is',
    lines: [
      ['| Say | What it does | Who may |', '| --- | --- | --- |']
        .concat(rows.map(([say = '', does, may]) => `| ${code(say)} | ${does} | ${may} |`))
        .join('\n'),
      'A command stands at the beginning of its line. Comments that were edited do not count.',
    ],
  }
}

export const misuse: Readonly<Record<Misused['because'], string>> = {
  unknown: 'there is no such command',
  'no-digest': 'approve takes the digest of the plan that you read, at least its first eight digits',
  'bad-digest': 'the digest of a plan has at least eight hexadecimal digits',
  'bad-commit': 'plan takes at least the first eight digits of the commit that you read, or nothing',
  'bad-change': 'rollback takes the number of a change, such as CHG-2026-00042, or nothing',
  'bad-environment': 'unlock takes the name of an environment, or nothing',
  'too-much': 'there is more in that line than the command takes',
  'too-long': 'the line is longer than any command',
}
