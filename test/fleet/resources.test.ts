import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import { resourceTypes } from '../../engine/generated/registry.ts'
import type { ProbeOutput } from '../../engine/model/resource.ts'
import { type HostSession, isFailure, type Output } from '../../engine/ports/host-session.ts'
import { type Failure, failThrough, type LifeHost, liveThrough, type Station } from '../../engine/resources/life.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const seconds = 1_000
const options = { deadline: 120 * seconds, outputCap: 1 << 20 }
const sha256 = (data: string | Uint8Array) => createHash('sha256').update(data).digest('hex')

const casesOf = (type: string, file: string) =>
  load(readFileSync(join('engine/resources', type, 'cases', file), 'utf8'))

await describeFleet('a real host', () => {
  let fleet: Fleet
  let session: HostSession
  const host: LifeHost = {
    look: async (script) => said(await session.read(script, options)),
    run: async (script) => said(await session.run(script, options)),
  }
  const connector = () => new Ssh2Connector({ keyFiles: [fleet.identityFile] })

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['life-01'] })
    const { name, address, port, hostKey } = fleet.host('life-01')
    const connected = await connector().connect(
      {
        host: name,
        address,
        port,
        user: 'plumbline',
        hostKeys: [hostKey],
        sudo: true,
        root: '',
        transport: 'ssh',
      },
      { deadline: 30 * seconds },
    )
    if (isFailure(connected)) throw new Error(`${connected.failed}: ${connected.detail}`)
    session = connected
  }, 900 * seconds)

  afterAll(async () => {
    await session?.close()
    await fleet?.stop()
  })

  it('is asked about every type that has a life', () => {
    expect(
      readdirSync('engine/resources', { withFileTypes: true })
        .filter((e) => e.isDirectory())
        .map((e) => e.name)
        .sort(),
    ).toEqual([...resourceTypes.keys()].sort())
  })

  it.each([...resourceTypes.keys()])('sees a whole life of %s', { timeout: 180 * seconds }, async (name) => {
    const type = resourceTypes.get(name)
    if (type === undefined) throw new Error(`no type ${name}`)
    const stations = casesOf(name, 'life.yaml') as Station[]
    const passed = await liveThrough(type, stations, host, sha256)
    expect(passed).toEqual(stations.map(({ title, expect: verb }) => ({ title, verb, problems: [] })))
  })

  it.each([...resourceTypes.keys()])('says why %s fails, and leaves nothing half done', {
    timeout: 180 * seconds,
  }, async (name) => {
    const type = resourceTypes.get(name)
    if (type === undefined) throw new Error(`no type ${name}`)
    const failures = casesOf(name, 'failure.yaml') as Failure[]
    const passed = await failThrough(type, failures, host, sha256)
    expect(passed).toEqual(failures.map(({ title, verb }) => ({ title, verb, problems: [] })))
  })
})

function said({ stdout, stderr, code }: Output): ProbeOutput {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
  return { stdout: text(stdout), stderr: text(stderr), code: code ?? 255 }
}
