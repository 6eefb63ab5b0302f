import type { Given } from '../../audit/access.ts'
import { nameOf } from '../../model/address.ts'
import { escapeControls } from '../../model/escape.ts'
import type { AccessAt } from '../../pipeline/audit-access.ts'
import { columns } from './columns.ts'

/** Who has which access, a line for each account on a host, and for each room, application and group. */
export function accessText({ at, commit, rows, held, leftOver }: AccessAt): string {
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
    ...(told.length === 0 && held.length > 0 ? [] : columns([head, ...told])),
    ...heldLines(held),
    ...(left.length === 0
      ? []
      : ['taken away by documents, and still on the host by the record:', ...columns(left, { indent: '  ' })]),
  ].join('\n')}\n`
}

function heldLines(held: AccessAt['held']): readonly string[] {
  if (held.length === 0) return []
  const head = ['WHAT', 'WHO', 'ROLE', 'BY', 'THROUGH', 'ENDS', 'GIVEN BY', 'APPROVED BY']
  const told = held.map(({ what, who, role, by, via, until, given }) => [
    what,
    who.replace(/^Person\//, ''),
    role ?? '–',
    by === what ? '–' : by,
    via.join(', ') || '–',
    until ?? '–',
    [...new Set(given.map((g) => g.change ?? g.without ?? ''))].join(', ') || '–',
    [...new Set(given.flatMap((g) => g.approvers.map(nameOf)))].join(', ') || '–',
  ])
  return columns([head, ...told])
}

/** Everything that is known of each account: what it may do, by which documents, who agreed, until when, and what hosts were told. */
export function explainedAccessText({ at, commit, rows, held }: AccessAt): string {
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
      ...given.map((g) => ['given by', givenText(g)] as const),
      ['on the host', `${onHost}${appliedBy.length === 0 ? '' : ` by ${appliedBy.join(', ')}`}`],
    ]
    const lines = columns(
      facts.map(([name, value]) => [name, escapeControls(value)]),
      { indent: '  ' },
    )
    return `${person === undefined ? login : nameOf(person)} on ${host}\n${lines.join('\n')}\n`
  })
  const head = `as of ${at}, commit ${commit.slice(0, 12)}\n`
  const more = held.map(({ who, what, role, by, via, until, given }) => {
    const lines = columns(
      [
        ...(role === undefined ? [] : [['role', role]]),
        ...(by === what ? [] : [['by', by]]),
        ...(via.length === 0 ? [] : [['through', via.join(', ')]]),
        ['ends', until ?? 'never'],
        ...given.map((g) => ['given by', givenText(g)]),
      ],
      { indent: '  ' },
    )
    return `${nameOf(who)}, ${what}\n${lines.join('\n')}\n`
  })
  const all = [...told, ...more]
  return all.length === 0 ? `${head}no access\n` : `${head}\n${all.join('\n')}`
}

function givenText({ document, change, without, approvers, at, unapproved }: Given): string {
  const agreed = approvers.length === 0 ? '' : `, approved by ${approvers.map(nameOf).join(', ')}`
  const when = `${at.slice(0, 16).replace('T', ' ')} UTC`
  return `${document}: ${change ?? without ?? ''}${agreed}, ${when}${unapproved === true ? ', NOT APPROVED' : ''}`
}
