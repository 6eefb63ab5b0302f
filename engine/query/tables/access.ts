import type { JsonObject, LoadedDocument } from '../../model/document.ts'
import type { Facts } from '../../model/facts.ts'
import type { Resource } from '../../model/resource.ts'
import { readEachRule, readSudoers } from '../../model/sudoers.ts'
import { column, type Row, type SeenHost, type Sources, type Table } from '../table.ts'

/** Members of these groups can become root without sudo, whatever else is set. */
const rootGroups: ReadonlySet<string> = new Set(['docker', 'lxd', 'incus', 'incus-admin', 'disk'])
/** Groups that distributions give everything by a rule of sudo. */
const sudoGroups: ReadonlySet<string> = new Set(['sudo', 'wheel', 'admin'])

/** Who gets onto a host and who becomes root there, by the documents and by what the host itself says: one row for each way. */
export const access: Table = {
  name: 'access',
  about: 'who can log in to a host, and who can become root there: one row for each way',
  columns: [
    column('host', 'text', 'name of the Host document'),
    column('login', 'text', 'account on the host; % before a group, ALL for everybody'),
    column('person', 'text', 'whose it is, where a Person document has the login or the key'),
    column('root', 'truth', 'whether it comes to being root; true where that can not be told for sure'),
    column('how', 'text', 'the way: log in, a key, a rule of sudo, a group'),
    column('via', 'list', 'documents that give it, or files of the host'),
    column('source', 'text', 'desired: documents want it; observed: it was seen on the host'),
    column('expires', 'time', 'when it ends by itself'),
    column('seen', 'time', 'when it was seen'),
  ],
  shown: ['host', 'login', 'person', 'root', 'how', 'via', 'source', 'expires'],
  observed: true,
  facts: ['users', 'keys', 'sudoers'],
  rows: (sources) => {
    const people = peopleIn(sources)
    return sources.graph.ofKind('Host').flatMap((host) => {
      const seen = sources.seen.get(host.document.metadata.name)
      return [...desired(host, sources, people), ...(seen === undefined ? [] : observed(seen, people))]
    })
  },
}

interface People {
  readonly byLogin: ReadonlyMap<string, string>
  readonly byKey: ReadonlyMap<string, string>
}

function peopleIn({ graph, fingerprint }: Sources): People {
  const byLogin = new Map<string, string>()
  const byKey = new Map<string, string>()
  for (const { address, document } of graph.ofKind('Person')) {
    const { login, sshKeys } = document.spec as { login?: string; sshKeys?: readonly { readonly key: string }[] }
    if (login !== undefined) byLogin.set(login, address)
    for (const { key } of sshKeys ?? []) {
      const print = fingerprint(key)
      if (print !== undefined) byKey.set(print, address)
    }
  }
  return { byLogin, byKey }
}

function desired(host: LoadedDocument, sources: Sources, people: People): readonly Row[] {
  const name = host.document.metadata.name
  const row = (login: string, root: boolean, how: string, via: readonly string[], expires?: unknown): Row => ({
    host: name,
    login,
    person: people.byLogin.get(login) ?? null,
    root,
    how,
    via,
    source: 'desired',
    expires: typeof expires === 'string' ? expires : null,
  })
  const { user = 'plumbline', sudo } = (host.document.spec['ssh'] ?? {}) as { user?: string; sudo?: boolean }
  const engine = row(user, user === 'root' || sudo !== false, 'the engine logs in', [host.address])
  const resources = sources.catalogue(name).resources.filter((r) => r.spec['ensure'] !== 'absent')
  return [engine, ...resources.flatMap((resource) => wanted(resource, row, sources))]
}

type MakeRow = (login: string, root: boolean, how: string, via: readonly string[], expires?: unknown) => Row

function wanted({ type, spec, declaredBy }: Resource, row: MakeRow, { fingerprint }: Sources): readonly Row[] {
  const via = [...new Set(declaredBy.map((d) => d.address))]
  switch (type) {
    case 'user': {
      const login = String(spec['login'])
      const groups = texts(spec, 'groups').filter((g) => rootGroups.has(g) || sudoGroups.has(g))
      const account = row(login, login === 'root', 'log in', via, spec['expires'])
      return [
        ...(spec['locked'] === true ? [] : [account]),
        ...groups.map((g) => row(login, true, `member of ${g}`, via, spec['expires'])),
      ]
    }
    case 'authorizedKey': {
      const login = String(spec['user'])
      const key = fingerprint(String(spec['key'])) ?? 'a key'
      return login === 'root' ? [row(login, true, `key ${key}`, via, spec['expires'])] : []
    }
    case 'sudoRule': {
      const rule = `ALL=(${String(spec['runAs'] ?? 'root')}) ${texts(spec, 'commands').join(', ')}`
      return readSudoers(texts(spec, 'subjects').map((subject) => `${subject} ${rule}`)).map(
        ({ subject, root, commands }) => row(subject, root, `sudo ${commands}`, via, spec['expires']),
      )
    }
    default:
      return []
  }
}

const texts = (spec: JsonObject, name: string): readonly string[] => {
  const value = spec[name]
  return Array.isArray(value) ? value.map(String) : []
}

type User = NonNullable<Facts['users']>[number]

function observed(last: SeenHost, people: People): readonly Row[] {
  const { users = [], keys = [], sudoers } = last.facts
  const base = { host: last.host, source: 'observed', seen: last.factsSeen ?? last.seen }
  const row = (login: string, root: boolean, how: string, via: readonly string[], user?: User): Row => ({
    ...base,
    login,
    person: people.byLogin.get(login) ?? null,
    root,
    how,
    via,
    expires: user?.expires ?? null,
  })
  const sudo = readEachRule(sudoers ?? []).flatMap(({ from, grants }) =>
    grants.map((grant) => ({ file: from.file, ...grant })),
  )
  const rows = users.flatMap((user): readonly Row[] => {
    const groups = user.groups.filter((g) => rootGroups.has(g) || (sudoers === undefined && sudoGroups.has(g)))
    const own = keys.filter((k) => k.user === user.name)
    return [
      ...own.map((key) => ({
        ...row(
          user.name,
          user.uid === 0,
          `key ${key.fingerprint}`,
          key.comment === undefined ? [] : [key.comment],
          user,
        ),
        person: people.byKey.get(key.fingerprint) ?? people.byLogin.get(user.name) ?? null,
      })),
      ...(opensByPassword(user) ? [row(user.name, user.uid === 0, 'password', ['/etc/shadow'], user)] : []),
      ...groups.map((g) => row(user.name, true, `member of ${g}`, ['/etc/group'], user)),
      ...sudo
        .filter((s) => s.subject !== 'ALL' && isMeant(s.subject, user) && user.uid !== 0)
        .map((s) => row(user.name, s.root, `sudo ${s.commands}`, [s.file], user)),
    ]
  })
  const everybody = sudo.filter((s) => s.subject === 'ALL' || (users.length === 0 && s.subject !== 'root'))
  return [...rows, ...everybody.map((s) => row(s.subject, s.root, `sudo ${s.commands}`, [s.file]))]
}

const opensByPassword = (user: User): boolean => user.locked === false && !/\/(?:nologin|false|sync)$/.test(user.shell)

/** Whether the subject of a rule of sudo is, or holds, an account. */
function isMeant(subject: string, user: User): boolean {
  if (subject.startsWith('%#')) return subject.slice(2) === String(user.gid)
  if (subject.startsWith('%')) return user.groups.includes(subject.slice(1))
  if (subject.startsWith('#')) return subject.slice(1) === String(user.uid)
  return subject === user.name
}
