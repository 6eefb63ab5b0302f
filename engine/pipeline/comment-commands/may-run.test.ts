import { readFileSync } from 'node:fs'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { graphOf } from '../../change/case-world.ts'
import { peopleOf } from '../../change/people.ts'
import type { ForgePermission } from '../../model/pull-request.ts'
import { mayRun } from './may-run.ts'
import type { CommandName } from './parse-command.ts'

interface Case {
  readonly case: string
  readonly command: CommandName
  readonly account: string
  readonly permission: ForgePermission
  /** Teams that the base names for the command, or for the one of `for`. */
  readonly teams?: readonly string[]
  readonly for?: CommandName
  readonly may?: true
  readonly person?: string
  readonly refused?: string
}

const cases = load(readFileSync(new URL('cases/may-run.yaml', import.meta.url), 'utf8')) as readonly Case[]

const apiVersion = 'plumbline/v1'
const person = (name: string, account: string, more: object = {}) => ({
  apiVersion,
  kind: 'Person',
  metadata: { name },
  spec: {
    fullName: name,
    email: `${name}@example.org`,
    login: name,
    accounts: [`git.example.org/${account}`],
    ...more,
  },
})
const base = graphOf([
  person('ana', 'ana#11'),
  person('ben', 'ben#12'),
  person('cleo', 'cleo#13', { active: false }),
  person('robo', 'robo#14', { bot: true }),
  person('dora', 'dora#15'),
  person('emil', 'emil#15'),
  person('finn', 'finn'),
  { apiVersion, kind: 'Team', metadata: { name: 'operations' }, spec: { members: ['ana'] } },
  { apiVersion, kind: 'Team', metadata: { name: 'security' }, spec: { members: ['ben'] } },
])

describe('who may have a command run', () => {
  it.each(cases)('$case', ({ command, account, permission, teams, for: named = command, ...wanted }) => {
    const [login = '', id = ''] = account.split('#')
    const said = mayRun({
      command,
      account: { login, id, bot: false },
      host: 'git.example.org',
      permission,
      people: peopleOf(base),
      teams: teams === undefined ? {} : { [named]: teams },
    })
    if (wanted.refused === undefined) expect(said).toEqual(wanted.person === undefined ? {} : { person: wanted.person })
    else expect(said).toMatchObject({ code: 'command-not-allowed', summary: expect.stringContaining(wanted.refused) })
  })
})
