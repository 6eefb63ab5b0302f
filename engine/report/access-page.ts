import type { AccessRow, Given, LeftOver, OnHost } from '../audit/access.ts'
import { type Block, type Cell, lines, type Page, type Span, type Tone } from './page.ts'
import { minute, person } from './wording.ts'

/** Who had which access at a moment. */
export interface ShownAccess {
  readonly at: string
  readonly rows: readonly (AccessRow & { readonly given: readonly Given[] })[]
  readonly leftOver: readonly LeftOver[]
}

/** The access report as a page of its own. */
export function accessPage(access: ShownAccess & { readonly commit: string }, engine: string): Page {
  const root = access.rows.filter((r) => r.root).length
  return {
    title: 'Access to hosts',
    subtitle: `As of ${minute(access.at)} (UTC)`,
    verdict: {
      tone: access.leftOver.length > 0 ? 'caution' : 'plain',
      headline: `${access.rows.length} accounts on hosts, ${root} of them can become root`,
      lines: [
        'By the documents of the target branch then. What else was on the hosts is not told here.',
        ...(access.leftOver.length > 0
          ? [`${access.leftOver.length} were taken away by documents, and not yet from the host.`]
          : []),
      ],
    },
    sections: [{ heading: 'Access', blocks: accessBlocks(access) }],
    foot: `Made with Plumbline ${engine} from commit ${access.commit}. The records are believed as they stand: plumbline audit verify checks them.`,
  }
}

export function accessBlocks({ rows, leftOver }: ShownAccess): readonly Block[] {
  return [
    {
      kind: 'table',
      caption: 'Accounts, keys and privileges',
      head: ['Host', 'Account', 'Person', 'Roles, groups', 'Sudo', 'Keys', 'Ends', 'Given by', 'On the host'],
      rows: rows.map((r) => [
        r.host,
        r.root ? [r.login, { line: true }, { mark: 'can be root', tone: 'caution' }] : r.login,
        r.person === undefined ? '–' : person(r.person),
        lines([...r.roles, ...r.groups.map((g) => `group ${g}`)]),
        lines(r.sudo.map((s) => `${s.commands.join(', ')} as ${s.runAs}${until(s.expires)}`)),
        lines(r.keys.map((k) => `${k.fingerprint}${until(k.expires)}`)),
        r.expires ?? '–',
        given(r.given),
        [onHostMark(r.onHost), ...(r.appliedBy.length === 0 ? [] : [` by ${r.appliedBy.join(', ')}`])],
      ]),
      empty: 'No access is described.',
    },
    {
      kind: 'table',
      caption: 'Taken away by documents, and still on the host by the record',
      head: ['Host', 'Resource', 'Applied by', 'Applied'],
      rows: leftOver.map((l) => [l.host, l.resource, l.change, minute(l.at)]),
      empty: 'Nothing that was taken away is left on a host.',
    },
  ]
}

const until = (expires: string | undefined): string => (expires === undefined ? '' : ` until ${expires}`)

function given(all: readonly Given[]): Cell {
  const spans = all.flatMap((g, i): readonly Span[] => [
    ...(i === 0 ? [] : [{ line: true } as const]),
    `${g.document}: `,
    ...basisOf(g),
  ])
  return spans.length === 0 ? '–' : spans
}

function basisOf(g: Given): readonly Span[] {
  if (g.without === 'before-adoption') return ['older than the ledger']
  if (g.without === 'unrecorded') return [{ mark: 'no record', tone: 'bad' }, ' ', { commit: g.commit }]
  const agreed = g.approvers.length === 0 ? 'nobody' : g.approvers.map(person).join(', ')
  return [`${g.change}, approved by ${agreed}, `, { commit: g.commit }]
}

const onHostWords: Readonly<Record<OnHost, readonly [string, Tone]>> = {
  applied: ['applied', 'good'],
  partly: ['partly', 'caution'],
  'not-applied': ['not yet', 'caution'],
  unmanaged: ['not managed', 'plain'],
}

function onHostMark(onHost: OnHost): Span {
  const [mark, tone] = onHostWords[onHost]
  return { mark, tone }
}

export const accessHead = [
  ...['host', 'account', 'person', 'can be root', 'roles', 'groups', 'sudo', 'keys', 'ends', 'asked for by', 'changes'],
  ...['approvers', 'without a record', 'on the host', 'applied by'],
] as const

export function accessRow(r: ShownAccess['rows'][number]): readonly string[] {
  const all = (items: readonly string[]): string => [...new Set(items)].join('; ')
  return [
    ...[r.host, r.login, r.person ?? '', r.root ? 'yes' : 'no', all(r.roles), all(r.groups)],
    all(r.sudo.map((s) => `${s.commands.join(', ')} as ${s.runAs}${until(s.expires)}`)),
    all(r.keys.map((k) => `${k.fingerprint}${until(k.expires)}`)),
    ...[
      r.expires ?? '',
      all(r.via),
      all(r.given.flatMap((g) => (g.change === undefined ? [] : [`${g.document}: ${g.change}`]))),
    ],
    all(r.given.flatMap((g) => g.approvers)),
    all(r.given.flatMap((g) => (g.without === undefined ? [] : [`${g.document}: ${g.without}`]))),
    ...[r.onHost, all(r.appliedBy)],
  ]
}
