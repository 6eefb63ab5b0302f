import type { Json } from '../../model/document.ts'
import type { FactName, Facts } from '../../model/facts.ts'
import { type Column, column, hostNames, type Row, type Sources, type Table } from '../table.ts'

const host = column('host', 'text', 'name of the Host document')
const seen = column('seen', 'time', 'when facts of the host were last looked at')

/** Rows of one group of facts, over all hosts that were seen. */
function factTable<Name extends FactName>(
  table: Pick<Table, 'name' | 'about' | 'shown'> & { readonly columns: readonly Column[] },
  group: Name,
  rowsOf: (facts: NonNullable<Facts[Name]>) => readonly object[],
): Table {
  return {
    ...table,
    columns: [host, ...table.columns, seen],
    observed: true,
    facts: [group],
    rows: ({ graph, seen: known }) =>
      hostNames(graph).flatMap((name) => {
        const last = known.get(name)
        const facts = last?.facts[group]
        if (last === undefined || facts === undefined) return []
        const at = last.factsSeen ?? last.seen
        return rowsOf(facts as NonNullable<Facts[Name]>).map((row) => ({ host: name, ...row, seen: at }) as Row)
      }),
  }
}

const percent = (used: number | undefined, size: number | undefined): Json =>
  used === undefined || size === undefined || size === 0 ? null : Math.round((used / size) * 100)

export const factTables: readonly Table[] = [
  factTable(
    {
      name: 'packages',
      about: 'packages that are installed',
      columns: [
        column('name', 'text', 'name of the package'),
        column('version', 'version', 'as the distribution writes it; compare with versionBelow(version, "…")'),
        column('architecture', 'text', 'for which it is built'),
        column('held', 'truth', 'whether it is kept at its version'),
        column('manual', 'truth', 'false where it is there only because another one needs it'),
      ],
      shown: ['host', 'name', 'version', 'held'],
    },
    'packages',
    (packages) => packages.map((p) => ({ ...p, held: p.held === true })),
  ),
  factTable(
    {
      name: 'services',
      about: 'services of the host',
      columns: [
        column('name', 'text', 'name of the unit'),
        column('running', 'truth', 'whether it runs'),
        column('enabled', 'text', 'whether it starts with the host, as systemctl says'),
        column('failed', 'truth', 'whether it ended with an error'),
      ],
      shown: ['host', 'name', 'running', 'enabled', 'failed'],
    },
    'services',
    (services) => services.map((s) => ({ ...s, failed: s.failed === true })),
  ),
  factTable(
    {
      name: 'listeners',
      about: 'ports on which something listens',
      columns: [
        column('protocol', 'text', 'tcp or udp'),
        column('address', 'text', 'the address it is bound to'),
        column('port', 'number', 'the port'),
        column('process', 'text', 'what listens'),
      ],
      shown: ['host', 'protocol', 'address', 'port', 'process'],
    },
    'listeners',
    (listeners) => listeners,
  ),
  factTable(
    {
      name: 'mounts',
      about: 'what is mounted',
      columns: [
        column('path', 'text', 'where it is mounted'),
        column('source', 'text', 'device or source'),
        column('filesystem', 'text', 'its sort'),
        column('size', 'number', 'bytes'),
        column('used', 'number', 'bytes, at the last look'),
        column('percent', 'number', 'used of size'),
      ],
      shown: ['host', 'path', 'source', 'filesystem', 'size', 'percent'],
    },
    'mounts',
    (mounts) =>
      mounts.map(({ type, ...mount }) => ({ ...mount, filesystem: type, percent: percent(mount.used, mount.size) })),
  ),
  factTable(
    {
      name: 'interfaces',
      about: 'network interfaces',
      columns: [
        column('name', 'text', 'name of the interface'),
        column('mac', 'text', 'hardware address'),
        column('mtu', 'number', 'largest packet'),
        column('up', 'truth', 'whether it is up'),
        column('addresses', 'list', 'with prefix length'),
      ],
      shown: ['host', 'name', 'up', 'mac', 'addresses'],
    },
    'interfaces',
    (interfaces) => interfaces,
  ),
  factTable(
    {
      name: 'routes',
      about: 'routes',
      columns: [
        column('to', 'text', 'destination'),
        column('via', 'text', 'gateway'),
        column('interface', 'text', 'interface'),
        column('metric', 'number', 'metric'),
      ],
      shown: ['host', 'to', 'via', 'interface', 'metric'],
    },
    'routes',
    (routes) => routes,
  ),
  factTable(
    {
      name: 'neighbours',
      about: 'who else is on the wire, at the last look',
      columns: [
        column('interface', 'text', 'interface of the host'),
        column('by', 'text', 'kernel (ARP, neighbour discovery) or lldp'),
        column('address', 'text', 'its address'),
        column('mac', 'text', 'its hardware address'),
        column('system', 'text', 'name of the device, as it tells itself'),
        column('port', 'text', 'name of its port'),
      ],
      shown: ['host', 'interface', 'address', 'mac', 'system', 'port'],
    },
    'neighbours',
    (neighbours) => neighbours,
  ),
  factTable(
    {
      name: 'users',
      about: 'accounts of the host',
      columns: [
        column('name', 'text', 'login'),
        column('uid', 'number', 'its number'),
        column('gid', 'number', 'number of its first group'),
        column('home', 'text', 'home folder'),
        column('shell', 'text', 'login shell'),
        column('groups', 'list', 'all its groups'),
        column('locked', 'truth', 'whether no password opens it'),
        column('expires', 'text', 'the first day on which it is closed'),
        column('changed', 'text', 'the day on which its password was last set, or else on which it was made'),
      ],
      shown: ['host', 'name', 'uid', 'shell', 'groups', 'locked', 'expires'],
    },
    'users',
    (users) => users,
  ),
  factTable(
    {
      name: 'keys',
      about: 'public keys that open accounts',
      columns: [
        column('user', 'text', 'the account it opens'),
        column('fingerprint', 'text', 'SHA256:…'),
        column('comment', 'text', 'what stands behind the key'),
        column('options', 'text', 'restrictions before the key'),
      ],
      shown: ['host', 'user', 'fingerprint', 'comment', 'options'],
    },
    'keys',
    (keys) => keys,
  ),
  factTable(
    {
      name: 'sudoers',
      about: 'rules of sudo, as written; the table access says what they come to',
      columns: [column('file', 'text', 'where it stands'), column('rule', 'text', 'the rule')],
      shown: ['host', 'file', 'rule'],
    },
    'sudoers',
    (rules) => rules,
  ),
  factTable(
    {
      name: 'cron',
      about: 'jobs of cron',
      columns: [
        column('file', 'text', 'where it stands'),
        column('user', 'text', 'as whom it runs'),
        column('schedule', 'text', 'when'),
        column('command', 'text', 'what'),
      ],
      shown: ['host', 'user', 'schedule', 'command', 'file'],
    },
    'cron',
    (jobs) => jobs,
  ),
  factTable(
    {
      name: 'certificates',
      about: 'certificates on the host',
      columns: [
        column('file', 'text', 'where it lies'),
        column('subject', 'text', 'for whom'),
        column('issuer', 'text', 'by whom'),
        column('names', 'list', 'names it is good for'),
        column('until', 'time', 'when it ends; compare with daysUntil(until) < 30.0'),
      ],
      shown: ['host', 'until', 'subject', 'names', 'file'],
    },
    'certificates',
    (certificates) => certificates,
  ),
  factTable(
    {
      name: 'logins',
      about: 'the last logins, at the last look',
      columns: [column('user', 'text', 'login'), column('from', 'text', 'from where'), column('at', 'time', 'when')],
      shown: ['host', 'at', 'user', 'from'],
    },
    'logins',
    (logins) => logins,
  ),
  factTable(
    {
      name: 'lastlogins',
      about: 'when each account last logged in, at the last look',
      columns: [
        column('user', 'text', 'login'),
        column('at', 'time', 'when'),
        column('from', 'text', 'from where, where it is known'),
        column('since', 'time', 'from when on logins without a terminal are known too'),
      ],
      shown: ['host', 'user', 'at', 'from'],
    },
    'lastLogins',
    ({ since, accounts }) => accounts.map((a) => ({ ...a, since: since ?? null })),
  ),
  {
    name: 'gaps',
    about: 'what could not be seen: hosts without a snapshot, and facts that could not be had',
    columns: [
      host,
      column('fact', 'text', 'group of facts; * for all'),
      column('reason', 'text', 'why'),
      column('detail', 'text', 'what was said'),
    ],
    shown: ['host', 'fact', 'reason', 'detail'],
    observed: true,
    rows: (sources) => hostNames(sources.graph).flatMap((name) => gapsOf(name, sources)),
  },
]

function gapsOf(name: string, { seen: known }: Sources): readonly Row[] {
  const last = known.get(name)
  if (last === undefined) return [{ host: name, fact: '*', reason: 'not-seen', detail: 'no snapshot is kept of it' }]
  return Object.entries(last.unknown).map(([fact, { reason, detail }]) => ({ host: name, fact, reason, detail }))
}
