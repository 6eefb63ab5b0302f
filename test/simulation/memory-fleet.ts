import { guardExit } from '../../engine/apply/guard.ts'
import type { JsonObject } from '../../engine/model/document.ts'
import type { Observation, ResourceType } from '../../engine/model/resource.ts'
import { read, render, type Script, sh } from '../../engine/model/script.ts'
import type { HostConnector, HostSession, Output, Target } from '../../engine/ports/host-session.ts'

/** Hosts that are values in memory: thousands of applies take seconds, in an order that a seed decides. */
export interface MemoryFleet {
  readonly connector: HostConnector
  /** Host → name → value. */
  readonly values: ReadonlyMap<string, Map<string, string>>
  /** Every value that was set, in order: `host name value`. */
  readonly sets: readonly string[]
  /** Hosts that can't be reached now. */
  readonly away: Set<string>
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

/** Stands in for `sysctl`: the same documents, but its scripts are words that a memory host understands. */
export const memoryType: ResourceType = {
  name: 'sysctl',
  rank: 16,
  identify: (spec) => String(spec['key']),
  normalise: (spec) => ({ ...spec, ...(spec['value'] !== undefined && { value: String(spec['value']) }) }),
  probe: (specs) => read`memory-get ${specs.map((s) => String(s['key']))}`,
  parse: (specs, { stdout }) => {
    const values = JSON.parse(stdout) as JsonObject
    return specs.map((spec): Observation => {
      const value = values[String(spec['key'])]
      return value === undefined ? { status: 'absent' } : { status: 'present', state: { value } }
    })
  },
  diff: (want, have) => {
    if (want['ensure'] === 'absent') return [{ path: 'ensure', before: 'present', after: 'absent' }]
    const value = want['value'] ?? null
    return have !== null && have['value'] === value
      ? []
      : [{ path: 'value', before: have?.['value'] ?? null, after: value }]
  },
  isAbsent: (spec) => spec['ensure'] === 'absent',
  steps: ({ verb, resource }) => ({
    summary: `${verb} ${resource.name}`,
    script:
      verb === 'delete'
        ? sh`memory-unset ${resource.name}`
        : sh`memory-set ${resource.name} ${String(resource.spec['value'])}`,
    reversibility: 'exact',
  }),
  restore: (key, state) => (state === null ? { key, ensure: 'absent' } : { key, value: state['value'] ?? '' }),
}

export function memoryFleet(hosts: readonly string[]): MemoryFleet {
  const values = new Map(hosts.map((host) => [host, new Map<string, string>()]))
  const fences = new Map<string, number>()
  const sets: string[] = []
  const away = new Set<string>()
  const run = (host: string, script: Script): Output => {
    const text = render(script)
    const own = values.get(host)
    if (own === undefined || away.has(host)) return { ...answer(null, ''), cutOff: true }
    const fence = Number(/-le (\d+) \]/.exec(text)?.[1] ?? 0)
    const lock = `${host} ${/fence-([\w.-]+)/.exec(text)?.[1] ?? ''}`
    if (fence > 0 && (fences.get(lock) ?? 0) > fence) return answer(guardExit.lockLost, '')
    if (fence > 0) fences.set(lock, fence)
    for (const [, verb, key = '', value = ''] of text.matchAll(/memory-(set|unset) (\S+)(?: (\S+))?/g)) {
      sets.push(`${host} ${verb === 'set' ? `${key} ${value}` : `${key} -`}`)
      if (verb === 'set') own.set(key, value)
      else own.delete(key)
    }
    return answer(0, text.includes('memory-get') ? sections(text, own) : '')
  }
  const connect = async (target: Target): Promise<HostSession | { failed: 'host-unreachable'; detail: string }> =>
    away.has(target.host)
      ? { failed: 'host-unreachable', detail: 'no route' }
      : {
          target,
          read: async (script) => run(target.host, script),
          run: async (script) => run(target.host, script),
          close: async () => {},
        }
  return { connector: { connect, close: async () => {} }, values, sets, away }
}

/** What a composed script would print: marks around each section, on both streams. */
function sections(text: string, own: ReadonlyMap<string, string>): string {
  const nonce = /plumb_marks (\w+) /.exec(text)?.[1] ?? ''
  return `\n${nonce} begin sysctl\n${JSON.stringify(Object.fromEntries(own))}\n${nonce} end sysctl 0\n`
}

function answer(code: number | null, stdout: string): Output {
  const stderr = stdout.replace(/\n\{.*\}\n/, '\n\n')
  return { code, stdout: encode(stdout), stderr: encode(stderr), truncated: false, timedOut: false, cutOff: false }
}
