import { canonicalJson } from '../../model/canonical.ts'
import type { JsonObject } from '../../model/document.ts'
import type { Observation, Resource, ResourceType } from '../../model/resource.ts'
import { read, render, type Script, sh } from '../../model/script.ts'
import type { HostConnector, HostSession, Output, Target } from '../../ports/host-session.ts'
import type { Reach } from '../../ports/reach.ts'

/** Hosts of every kind in memory: each resource of a catalogue is a value that is there or is not. For stories that take a quarter. */
export interface MemoryHosts {
  readonly connector: HostConnector
  readonly reach: Reach
  readonly types: ReadonlyMap<string, ResourceType>
  /** Host → id of a resource → its spec: canonical JSON, in base64url. */
  readonly states: ReadonlyMap<string, Map<string, string>>
  /** Hosts on which nothing that listens answers: gates find them so. */
  readonly deaf: Set<string>
  /** Makes a host as it is wanted. */
  settle(host: string, resources: readonly Resource[]): void
}

const pack = (value: string): string => Buffer.from(value).toString('base64url')
const unpack = (value: string): string => Buffer.from(value, 'base64url').toString()

export function memoryHosts(hosts: readonly string[], real: ReadonlyMap<string, ResourceType>): MemoryHosts {
  const states = new Map(hosts.map((host) => [host, new Map<string, string>()]))
  const deaf = new Set<string>()
  const run = (host: string, script: Script): Output => {
    const own = states.get(host)
    const text = render(script)
    if (own === undefined) return { ...answer(null, ''), cutOff: true }
    if (text.includes('systemctl is-active')) return answer(deaf.has(host) ? 3 : 0, '')
    for (const [, verb, id = '', value = ''] of text.matchAll(/memory-(set|unset) ([\w-]+)(?: ([\w-]+))?/g)) {
      if (verb === 'set') own.set(unpack(id), value)
      else own.delete(unpack(id))
    }
    return answer(0, sections(text, own))
  }
  const connect = async (target: Target): Promise<HostSession> => ({
    target,
    read: async (script) => run(target.host, script),
    run: async (script) => run(target.host, script),
    close: async () => {},
  })
  return {
    connector: { connect, close: async () => {} },
    // Addresses of this estate are unique, and the test knows them by its hosts.
    reach: {
      tcp: async (address) => ({ ok: !deaf.has(address), detail: deaf.has(address) ? 'refused' : 'open' }),
      http: async () => ({ status: 200, body: '' }),
    },
    types: new Map([...real].map(([name, type]) => [name, inMemory(type)])),
    states,
    deaf,
    settle: (host, resources) => {
      const own = new Map(
        resources
          .filter((r) => real.get(r.type)?.isAbsent(r.spec) !== true)
          .map((r) => [r.id as string, pack(canonicalJson(r.spec))]),
      )
      states.set(host, own)
    },
  }
}

/** A type that compares and sets what documents say, whatever that means on a real host. */
function inMemory(type: ResourceType): ResourceType {
  const idOf = (spec: JsonObject) => `${type.name}:${type.identify(spec)}`
  const { name, rank, identify, normalise, isAbsent } = type
  return {
    name,
    rank,
    identify: (spec) => identify.call(type, spec),
    normalise: (spec) => normalise.call(type, spec),
    isAbsent: (spec) => isAbsent.call(type, spec),
    ...(type.after !== undefined && { after: (spec: JsonObject) => type.after?.(spec) ?? [] }),
    probe: (specs) => read`memory-get ${specs.map((spec) => pack(idOf(spec)))}`,
    parse: (specs, { stdout }) => {
      const values = JSON.parse(stdout) as Readonly<Record<string, string>>
      return specs.map((spec): Observation => {
        const text = values[idOf(spec)]
        return text === undefined ? { status: 'absent' } : { status: 'present', state: { text } }
      })
    },
    diff: (want, have) => {
      if (isAbsent.call(type, want)) return [{ path: 'ensure', before: 'present', after: 'absent' }]
      return have?.['text'] === pack(canonicalJson(want)) ? [] : [{ path: 'text', after: canonicalJson(want) }]
    },
    steps: ({ verb, resource }) => ({
      summary: `${verb} ${resource.name}`,
      script:
        verb === 'restart'
          ? sh`memory-restart ${pack(resource.id)}`
          : verb === 'delete'
            ? sh`memory-unset ${pack(resource.id)}`
            : sh`memory-set ${pack(resource.id)} ${pack(canonicalJson(resource.spec))}`,
      reversibility: name === 'package' ? 'best-effort' : name === 'service' ? 'inverse' : 'exact',
    }),
    restore: (resource, state) =>
      state === null ? absent(name, resource) : (JSON.parse(unpack(String(state['text']))) as JsonObject),
  }
}

/** The field that names a resource of these types. */
const naming: Readonly<Record<string, string>> = { file: 'path', sysctl: 'key' }

const absent = (type: string, name: string): JsonObject => ({ [naming[type] ?? 'name']: name, ensure: 'absent' })

/** What a composed script would print: marks around each section, on both streams. */
function sections(text: string, own: ReadonlyMap<string, string>): string {
  const values = JSON.stringify(Object.fromEntries(own))
  const nonce = /plumb_marks (\w+) /.exec(text)?.[1]
  if (nonce === undefined) return ''
  const names = [...new Set([...text.matchAll(/"end "([A-Za-z][\w-]*)" \$\?"/g)].map((m) => m[1] ?? ''))]
  return names.map((name) => `\n${nonce} begin ${name}\n${values}\n${nonce} end ${name} 0\n`).join('')
}

function answer(code: number | null, stdout: string): Output {
  const stderr = stdout.replace(/\n\{.*\}\n/g, '\n\n')
  return {
    code,
    stdout: new TextEncoder().encode(stdout),
    stderr: new TextEncoder().encode(stderr),
    truncated: false,
    timedOut: false,
    cutOff: false,
  }
}
