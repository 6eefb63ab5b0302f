import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { AccessAt } from '../../pipeline/audit-access.ts'
import { columns } from './columns.ts'

/** Who has which access, a line for each account. */
export function accessText({ at, commit, rows, leftOver }: AccessAt): string {
  const told = rows.map((r) => [
    r.host,
    r.login,
    (r.person ?? '–').replace(/^Person\//, ''),
    r.root ? 'root' : 'user',
    r.roles.join(', ') || '–',
    r.expires ?? '–',
    [...new Set(r.given.map((g) => g.change ?? g.without ?? ''))].join(', ') || '–',
    [...new Set(r.given.flatMap((g) => g.approvers.map((a) => a.replace(/^Person\//, ''))))].join(', ') || '–',
    r.onHost,
  ])
  const head = ['HOST', 'ACCOUNT', 'PERSON', 'AS', 'ROLES', 'ENDS', 'GIVEN BY', 'APPROVED BY', 'ON THE HOST']
  const left = leftOver.map((l) => [l.host, escapeControls(l.resource), l.change])
  return `${[
    `as of ${at}, commit ${commit.slice(0, 12)}`,
    ...columns([head, ...told]),
    ...(left.length === 0
      ? []
      : ['taken away by documents, and still on the host by the record:', ...columns(left, { indent: '  ' })]),
  ].join('\n')}\n`
}

/** Everything that is known of each account: what it may do, by which documents, who agreed, until when, and what hosts were told. */
export function explainedAccessText({ at, commit, rows }: AccessAt): string {
  const told = rows.map((row) => {
    const { host, login, person, root, roles, groups, sudo, keys, expires, via, given, onHost, appliedBy } = row
    const facts: readonly (readonly [string, string])[] = [
      ['as', `${login}${root ? ', and from there root' : ''}`],
      ['by', via.join(', ') || '–'],
      ['roles', roles.join(', ') || '–'],
      ['groups', groups.join(', ') || '–'],
      ...sudo.map(
        (s) =>
          [
            'may run',
            `${s.commands.join(', ')} as ${s.runAs}${s.expires === undefined ? '' : `, until ${s.expires}`}`,
          ] as const,
      ),
      ...keys.map(
        (k) => ['with key', `${k.fingerprint}${k.expires === undefined ? '' : `, until ${k.expires}`}`] as const,
      ),
      ['ends', expires ?? 'never'],
      ...given.map(
        (g) =>
          [
            'given by',
            `${g.document}: ${g.change ?? g.without ?? ''}${g.approvers.length === 0 ? '' : `, approved by ${g.approvers.map(nameOf).join(', ')}`}, ${g.at.slice(0, 16).replace('T', ' ')} UTC${g.unapproved === true ? ', NOT APPROVED' : ''}`,
          ] as const,
      ),
      ['on the host', `${onHost}${appliedBy.length === 0 ? '' : ` by ${appliedBy.join(', ')}`}`],
    ]
    const lines = columns(
      facts.map(([name, value]) => [name, escapeControls(value)]),
      { indent: '  ' },
    )
    return `${person === undefined ? login : nameOf(person)} on ${host}\n${lines.join('\n')}\n`
  })
  const head = `as of ${at}, commit ${commit.slice(0, 12)}\n`
  return told.length === 0 ? `${head}no access\n` : `${head}\n${told.join('\n')}`
}
