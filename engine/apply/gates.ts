import { read } from '../model/script.ts'
import type { HostConnector, Target } from '../ports/host-session.ts'
import { isFailure } from '../ports/host-session.ts'
import type { Reach } from '../ports/reach.ts'

/** A condition that must hold on every host of a wave before the next one starts; one of the three is given. */
export interface Gate {
  readonly name: string
  /** Hosts it is about; every host of the wave where not given. */
  readonly hosts?: ReadonlySet<string>
  /** A systemd unit that must be active. */
  readonly service?: string
  /** A TCP port that must answer. */
  readonly tcp?: number
  /** A path, with a port before it where it is not 80: `:8080/health`. */
  readonly http?: string
}

export interface GateWorld {
  readonly connector: HostConnector
  readonly reach: Reach
  readonly deadline: number
}

/** Tries one gate on one host. */
export async function tryGate(
  gate: Gate,
  target: Target,
  world: GateWorld,
): Promise<{ readonly ok: boolean; readonly detail: string }> {
  if (gate.tcp !== undefined) return world.reach.tcp(target.address, gate.tcp, world.deadline)
  if (gate.http !== undefined)
    return world.reach.http(`http://${bracketed(target.address)}${gate.http}`, world.deadline)
  if (gate.service === undefined) return { ok: false, detail: 'the gate says nothing to check' }
  const session = await world.connector.connect(target, { deadline: world.deadline })
  if (isFailure(session)) return { ok: false, detail: session.detail }
  const output = await session.read(read`systemctl is-active -- ${gate.service}`, {
    deadline: world.deadline,
    outputCap: 4096,
  })
  await session.close()
  return { ok: output.code === 0, detail: `${gate.service} is ${output.code === 0 ? 'active' : 'not active'}` }
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address)
