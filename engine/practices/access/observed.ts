import type { Address } from '../../model/address.ts'
import type { LoadedDocument } from '../../model/document.ts'
import type { FactName, Facts } from '../../model/facts.ts'
import { type ReportInput, specOf, type Wanted } from '../../model/practice.ts'
import { readEachRule } from '../../model/sudoers.ts'
import { adoptAccount, adoptKey, adoptSudo, type Place } from './adopt.ts'

/** A way onto a host, or to its root, that is there and that no document explains. */
export interface Unexplained {
  readonly host: string
  readonly what: 'account' | 'password' | 'key' | 'sudo' | 'group'
  /** The account; of a rule of sudo its subject, as sudoers writes it. */
  readonly who: string
  readonly detail: string
  /** Whose key or login it is, where a document has it. */
  readonly person?: Address
  /** Why nothing explains it. */
  readonly because: string
  /** When it was seen last, ISO 8601. */
  readonly seen?: string
  /** One way out: the document that would make it one of ours, as YAML on one line; or why none can. */
  readonly adopt: string
  /** The other way out. */
  readonly remove: string
}

/** Facts without which a host can't be judged. */
const needed: readonly FactName[] = ['users', 'keys', 'sudoers']

/** Members become root without a rule of their own, or by one that distributions ship. */
const rootGroups: ReadonlySet<string> = new Set([
  ...['sudo', 'wheel', 'admin'],
  ...['docker', 'lxd', 'incus', 'incus-admin', 'disk'],
])

/** Who distributions give everything in /etc/sudoers; who is in these groups is looked at on its own. */
const shipped: ReadonlySet<string> = new Set(['%sudo', '%wheel', '%admin'])

type User = NonNullable<Facts['users']>[number]

const opens = ({ shell }: User): boolean => !/\/(?:nologin|false|sync|shutdown|halt)$/.test(shell)

/** The first account of a person, by the numbers that distributions give; 65534 is nobody. */
const personal = ({ uid }: User): boolean => uid >= 1000 && uid !== 65_534

/** What one host is judged by. */
interface Scene extends Place, Known {
  readonly facts: Facts
  readonly wanted: readonly Wanted[]
  /** The account that the engine itself logs in with: its Host document explains it. */
  readonly engine: string
  readonly seen: { readonly seen?: string }
}

/**
 * What a host was seen to let in, against what documents want of it: accounts that a password or a key opens, or that have a
 * number of people's; passwords of accounts that got none; keys; rules of sudo; places in groups that make root.
 */
export function unexplainedOn(
  host: LoadedDocument,
  input: ReportInput,
  known: Known,
): { readonly found: readonly Unexplained[]; readonly lacks: readonly FactName[] } {
  const name = host.document.metadata.name
  const facts = input.seen?.(name)
  if (facts === undefined) return { found: [], lacks: needed }
  const seen = input.seenAt?.(name)
  const scene: Scene = {
    ...{ host, input, facts, wanted: input.wanted?.(name) ?? [], ...known },
    engine: specOf<{ readonly ssh?: { readonly user?: string } }>(host).ssh?.user ?? 'plumbline',
    seen: seen === undefined ? {} : { seen },
  }
  const found = [...accounts(scene), ...keys(scene), ...sudo(scene), ...groups(scene)]
  return { found, lacks: needed.filter((fact) => facts[fact] === undefined) }
}

/** Whose logins and keys are whose: made once for all hosts. */
type Known = Pick<Place, 'byLogin' | 'byKey'> & { readonly engineKeys: ReadonlySet<string | undefined> }

export function knownIn({ graph, fingerprint }: ReportInput): Known {
  const byLogin = new Map<string, Address>()
  const byKey = new Map<string, { readonly person: Address; readonly key: string }>()
  for (const document of [...graph.ofKind('Person'), ...graph.ofKind('ServiceAccount')]) {
    const { login, sshKeys } = specOf<{ login?: string; sshKeys?: readonly { readonly key: string }[] }>(document)
    if (login !== undefined) byLogin.set(login, document.address)
    for (const { key } of sshKeys ?? []) {
      const print = fingerprint?.(key)
      if (print !== undefined) byKey.set(print, { person: document.address, key })
    }
  }
  const [estate] = graph.ofKind('Estate')
  const named = estate === undefined ? [] : (specOf<{ engineKeys?: readonly string[] }>(estate).engineKeys ?? [])
  return { byLogin, byKey, engineKeys: new Set(named.map((key) => fingerprint?.(key))) }
}

/** A resource that explains what was seen; or why none does. */
function explain(
  wanted: readonly Wanted[],
  matches: (resource: Wanted) => boolean,
): { readonly by: Wanted } | { readonly because: string; readonly ended: boolean } {
  const found = wanted.filter(matches)
  const by = found.find((r) => r.spec['ensure'] !== 'absent')
  if (by !== undefined) return { by }
  const [gone] = found
  if (gone === undefined) return { because: 'no document has it', ended: false }
  return { because: `${gone.by.join(', ')} wants it gone, or has ended`, ended: true }
}

const applied = 'apply what documents say: plumbline plan shows it'

function accounts(scene: Scene): readonly Unexplained[] {
  const { facts, wanted, engine, host, byLogin, seen } = scene
  return (facts.users ?? []).flatMap((user): readonly Unexplained[] => {
    const password = user.locked === false && opens(user)
    const person = byLogin.get(user.name)
    const base = { host: host.document.metadata.name, who: user.name, ...(person !== undefined && { person }), ...seen }
    if (user.name === 'root' || user.name === engine)
      return password && user.name === 'root' && engine !== 'root'
        ? [
            {
              ...{ ...base, what: 'password', detail: 'root has a password', because: 'no document gives root one' },
              adopt: 'none can: give people a Role that has what they need as root',
              remove: 'lock it: passwd --lock root',
            },
          ]
        : []
    const explained = explain(wanted, (r) => r.type === 'user' && r.spec['login'] === user.name)
    if ('by' in explained) return password ? passwordOf(user, scene, base) : []
    const own = (facts.keys ?? []).some((k) => k.user === user.name)
    if (!opens(user) || !(personal(user) || user.uid === 0 || password || (own && !explained.ended))) return []
    // A grant that ended leaves the account and its files, locked: nothing opens it, since its day has passed.
    if (explained.ended && !password && closed(user, scene)) return []
    const ways = [password && 'a password', own && 'a key', user.uid === 0 && 'root by its number'].filter(Boolean)
    return [
      {
        ...{ ...base, what: 'account', because: explained.because },
        detail: `number ${user.uid}, ${user.shell}${ways.length === 0 ? '' : `, ${ways.join(', ')}`}`,
        adopt: adoptAccount(scene, user.name, user.shell),
        remove: explained.ended ? applied : `a Profile with user: { login, ensure: absent } for it, or userdel there`,
      },
    ]
  })
}

const closed = ({ expires }: User, { input }: Scene): boolean =>
  expires !== undefined && expires <= input.now.toISOString().slice(0, 10)

/** A password beside what grants give: right only where sudo is to ask for one. */
function passwordOf(
  user: User,
  { wanted }: Scene,
  base: Pick<Unexplained, 'host' | 'who' | 'seen'>,
): readonly Unexplained[] {
  const asked = wanted.some(
    (r) => r.type === 'sudoRule' && r.spec['password'] === true && textsOf(r, 'subjects').includes(user.name),
  )
  if (asked) return []
  return [
    {
      ...{ ...base, what: 'password', detail: 'a password opens it', because: 'documents give the account none' },
      adopt: 'a Role whose sudo asks for it: password: true',
      remove: 'lock it: passwd --lock, which leaves its keys',
    },
  ]
}

function keys(scene: Scene): readonly Unexplained[] {
  const { facts, wanted, engine, engineKeys, host, byKey, input, seen } = scene
  const print = (r: Wanted): string | undefined => input.fingerprint?.(String(r.spec['key']))
  return (facts.keys ?? []).flatMap(({ user, fingerprint, comment, options }): readonly Unexplained[] => {
    const home = facts.users?.find((u) => u.name === user)?.home ?? `/home/${user}`
    const file = `${home}/.ssh/authorized_keys`
    const explained = explain(
      wanted,
      (r) =>
        (r.type === 'authorizedKey' && r.spec['user'] === user && print(r) === fingerprint) ||
        (r.type === 'file' && r.spec['path'] === file),
    )
    if ('by' in explained || (user === engine && engineKeys.has(fingerprint))) return []
    const known = byKey.get(fingerprint)
    return [
      {
        ...{ host: host.document.metadata.name, what: 'key', who: user, because: explained.because, ...seen },
        ...(known !== undefined && { person: known.person }),
        detail: [fingerprint, comment, options].filter((part) => part !== undefined).join(' '),
        adopt: adoptKey(scene, user, fingerprint),
        remove: explained.ended ? applied : `take its line out of ${file} there (ssh-keygen -lf tells which it is)`,
      },
    ]
  })
}

function sudo(scene: Scene): readonly Unexplained[] {
  const { facts, wanted, engine, host, byLogin, seen } = scene
  return readEachRule(facts.sudoers ?? []).flatMap(({ from: { file, rule }, grants }) =>
    grants.flatMap(({ subject, root, commands }): readonly Unexplained[] => {
      if (['root', '#0', engine].includes(subject) || (file === '/etc/sudoers' && shipped.has(subject))) return []
      const explained = explain(
        wanted,
        (r) =>
          r.files.includes(file) &&
          (r.type === 'file' || (r.type === 'sudoRule' && (textsOf(r, 'subjects').includes(subject) || isGone(r)))),
      )
      if ('by' in explained) return []
      const person = byLogin.get(subject)
      return [
        {
          ...{ host: host.document.metadata.name, what: 'sudo', who: subject, because: explained.because, ...seen },
          ...(person !== undefined && { person }),
          detail: `${root ? 'root: ' : ''}${commands} (${file})`,
          adopt: adoptSudo(scene, subject, rule, commands),
          remove: explained.ended ? applied : `take the rule out of ${file} there, with visudo`,
        },
      ]
    }),
  )
}

function groups(scene: Scene): readonly Unexplained[] {
  const { facts, wanted, engine, host, byLogin, seen } = scene
  return (facts.users ?? []).flatMap((user) =>
    user.groups.flatMap((group): readonly Unexplained[] => {
      if (!rootGroups.has(group) || !opens(user) || user.uid === 0 || user.name === engine) return []
      const explained = explain(
        wanted,
        (r) =>
          r.type === 'user' && r.spec['login'] === user.name && (isGone(r) || textsOf(r, 'groups').includes(group)),
      )
      if ('by' in explained) return []
      const person = byLogin.get(user.name)
      return [
        {
          ...{ host: host.document.metadata.name, what: 'group', who: user.name, because: explained.because, ...seen },
          ...(person !== undefined && { person }),
          detail: `member of ${group}, which comes to being root`,
          adopt:
            person === undefined
              ? adoptAccount(scene, user.name, user.shell, [group])
              : `a Role with groups: [${group}]`,
          remove: explained.ended ? applied : `take it out of ${group} there: gpasswd --delete`,
        },
      ]
    }),
  )
}

const isGone = (r: Wanted): boolean => r.spec['ensure'] === 'absent'

const textsOf = ({ spec }: Wanted, field: string): readonly string[] => {
  const value = spec[field]
  return Array.isArray(value) ? value.map(String) : []
}
