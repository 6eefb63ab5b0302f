import type { Json, JsonPath, LoadedDocument } from '../model/document.ts'
import type { Graph } from '../model/graph.ts'
import { isObject } from '../schema/is-object.ts'
import type { CheckInput, ValueFinding } from './check-input.ts'

/** Accounts that Debian, Red Hat and Alpine systems bring along. */
const systemAccounts = new Set(
  'root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody nogroup _apt messagebus sshd adm shutdown halt operator ftp dbus polkitd tss ntp chrony _chrony rpc postfix syslog uuidd tcpdump landscape guest wheel sudo admin'.split(
    ' ',
  ),
)

/** Logins that are somebody else's, or that sudoers or a command line would read as something else. */
export function reservedFindings(input: CheckInput): ValueFinding[] {
  const engines = engineAccounts(input.graph)
  return input.graph.ofKind('Person').flatMap((document) => {
    const { login } = document.document.spec
    if (typeof login !== 'string') return []
    const because = reservedBecause(login, engines)
    const found = { document, path: ['spec', 'login'], what: 'value' as const }
    return because === undefined ? [] : [{ ...found, summary: `spec.login ${because}` }]
  })
}

function reservedBecause(login: string, engines: ReadonlySet<string>): string | undefined {
  if (login.toUpperCase() === 'ALL') return 'means everybody in sudoers'
  if (/^[%#+@!]/.test(login)) return 'starts with a character that sudoers reads as a group, a number or a list'
  if (login.startsWith('-')) return 'would be read as an option'
  if (/^\d+$/.test(login)) return 'would be read as a number of an account'
  if (systemAccounts.has(login) || login.startsWith('systemd-')) return 'is a system account'
  return engines.has(login) ? 'is the account of the engine on a host' : undefined
}

function engineAccounts(graph: Graph): Set<string> {
  const found = new Set(['plumbline'])
  for (const { document } of graph.ofKind('Host')) {
    const ssh = document.spec['ssh']
    if (isObject(ssh) && typeof ssh['user'] === 'string') found.add(ssh['user'])
  }
  return found
}

/** Fields whose text becomes one line of a file that grants access. */
const oneLine: Readonly<Record<string, readonly JsonPath[]>> = {
  Person: [['sshKeys', 'key']],
  Host: [['hostKeys']],
  Role: [['sudo', 'commands']],
}

/** Line ends and tabs where a text becomes one line: a second line would be a second rule. */
export function lineFindings(input: CheckInput): ValueFinding[] {
  return Object.entries(oneLine).flatMap(([kind, fields]) =>
    input.graph.ofKind(kind).flatMap((document) => fields.flatMap((field) => linesIn(document, field))),
  )
}

function linesIn(document: LoadedDocument, field: JsonPath): ValueFinding[] {
  const findings: ValueFinding[] = []
  const look = (value: Json | undefined, rest: JsonPath, path: JsonPath): void => {
    const [step, ...further] = rest
    if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) look(item, rest, [...path, i])
    } else if (isObject(value)) {
      if (step !== undefined) look(value[step], further, [...path, step])
    } else if (step === undefined && typeof value === 'string' && /[\x00-\x1f\x7f]/.test(value)) {
      findings.push({ document, path, what: 'value', summary: 'the text must be one line without tabs' })
    }
  }
  look(document.document.spec, field, ['spec'])
  return findings
}
