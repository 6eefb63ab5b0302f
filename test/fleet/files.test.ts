import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Ssh2Connector } from '../../engine/adapters/ssh/ssh2-connector.ts'
import { type HostSession, isFailure } from '../../engine/ports/host-session.ts'
import { resource as type } from '../../engine/resources/file/index.ts'
import type { FileSpec } from '../../engine/resources/file/spec.ts'
import { bootFleet, describeFleet, type Fleet, type Host } from './fleet.ts'

const seconds = 1_000
const options = { deadline: 60 * seconds, outputCap: 4 << 20 }
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

await describeFleet('files of all kinds', () => {
  let fleet: Fleet
  let host: Host
  let session: HostSession

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['files-01'] })
    host = fleet.host('files-01')
    const target = {
      host: host.name,
      address: host.address,
      port: host.port,
      user: 'plumbline',
      hostKeys: [host.hostKey],
    }
    const connected = await new Ssh2Connector({ keyFiles: [fleet.identityFile] }).connect(
      { ...target, sudo: true, root: '', transport: 'ssh' },
      { deadline: 30 * seconds },
    )
    if (isFailure(connected)) throw new Error(connected.detail)
    session = connected
  }, 900 * seconds)

  afterAll(async () => {
    await session?.close()
    await fleet?.stop()
  })

  /** Writes a file as an apply does, and says how that ended. */
  async function write(path: string, bytes: Uint8Array, more: Partial<FileSpec> = {}) {
    const declared = { path, base64: Buffer.from(bytes).toString('base64'), sha256: sha256(bytes), ...more }
    const spec = type.normalise(declared)
    const resource = {
      id: `file:${path}`,
      type: 'file',
      name: path,
      spec,
      declaredBy: [],
      requires: [],
      restartOn: [],
    } as const
    const look = async () => {
      const { stdout, stderr, code } = await session.read(type.probe([spec]), options)
      const [seen] = type.parse([spec], { stdout: text(stdout), stderr: text(stderr), code: code ?? 255 })
      return seen?.status === 'present' ? seen.state : null
    }
    const have = await look()
    const fields = type.diff(spec, have, undefined)
    const done = await session.run(
      type.steps({ verb: have ? 'update' : 'create', resource, have, fields }).script,
      options,
    )
    return { code: done.code, said: text(done.stderr), left: type.diff(spec, await look(), undefined) }
  }
  const arrived = { code: 0, said: '', left: [] }

  it.each([
    ['every byte there is', Uint8Array.from({ length: 512 }, (_, i) => i % 256)],
    ['line endings of another system', Buffer.from('one\r\ntwo\r\n\nthree\r')],
    ['nothing at the end of the last line', Buffer.from('x')],
    [
      'five megabytes',
      createHash('sha512')
        .update('x')
        .digest()
        .reduce((all, b, i) => all.fill(b, i, all.length), Buffer.alloc(5 << 20)),
    ],
  ])('arrive byte for byte: %s', { timeout: 120 * seconds }, async (_what, bytes) => {
    expect(await write('/etc/plumbline-bytes', bytes)).toEqual(arrived)
    expect((await host.exec('sha256sum < /etc/plumbline-bytes')).stdout.slice(0, 64)).toBe(sha256(bytes))
  })

  it('keep their access control lists and extended attributes', { timeout: 60 * seconds }, async () => {
    await write('/etc/plumbline-acl', Buffer.from('one\n'))
    const set = await host.exec(
      'cd /etc && setfacl -m u:limited:r plumbline-acl && setfattr -n user.note -v kept plumbline-acl',
    )
    expect(set).toMatchObject({ code: 0 })
    expect(await write('/etc/plumbline-acl', Buffer.from('two\n'))).toEqual(arrived)
    const { stdout } = await host.exec(
      'cd /etc && cat plumbline-acl && getfacl -c plumbline-acl && getfattr -d plumbline-acl',
    )
    expect(stdout).toContain('two\n')
    expect(stdout).toContain('user:limited:r--')
    expect(stdout).toContain('user.note="kept"')
  })

  it('stay as they are where a list could not be kept', { timeout: 60 * seconds }, async () => {
    await host.exec('mv /usr/bin/setfacl /usr/bin/setfacl.away')
    const { code, said } = await write('/etc/plumbline-acl', Buffer.from('three\n'))
    expect(code).toBe(1)
    expect(said).toContain('has an access control list, and the host has no getfacl and setfacl to keep it')
    expect((await host.exec('cat /etc/plumbline-acl')).stdout).toBe('two\n')
    await host.exec('mv /usr/bin/setfacl.away /usr/bin/setfacl')
  })

  it('are found where somebody made or changed them, and secrets are named only', {
    timeout: 60 * seconds,
  }, async () => {
    await host.exec(`set -e
mkdir /etc/app
echo 'PermitRootLogin no' >>/etc/ssh/sshd_config
echo 'set x' >>/etc/bash.bashrc
printf 'a\\0b\\377' >/etc/app/blob; chmod 640 /etc/app/blob; chgrp adm /etc/app/blob
printf 'one\\r\\n' >"/etc/app/it's \\$(touch x)"
printf 'db_password = canary-in-a-file\\n' >/etc/app/secret.conf; chmod 600 /etc/app/secret.conf
printf -- '-----BEGIN PRIVATE KEY-----\\ncanary-in-a-key\\n' >/etc/app/key.pem
ln -s /etc/shadow /etc/app/link`)
    const ask = async (script: Parameters<HostSession['read']>[0]) => {
      const { stdout, stderr, code } = await session.read(script, options)
      return { stdout: text(stdout), stderr: text(stderr), code: code ?? 255 }
    }
    const output = await ask(type.discover?.probe ?? expect.fail('it finds nothing'))
    const found = type.discover?.parse(output) ?? []
    const specs = found.flatMap((f) => ('spec' in f ? [f.spec] : []))
    const mine = ['/etc/app/blob', "/etc/app/it's $(touch x)", '/etc/bash.bashrc', '/etc/ssh/sshd_config']
    expect(specs.map((s) => s.path)).toEqual(expect.arrayContaining(mine))
    expect(specs.find((s) => s.path === '/etc/app/blob')).toMatchObject({
      base64: 'YQBi/w==',
      mode: '0640',
      group: 'adm',
    })
    expect(found.flatMap((f) => ('leftOut' in f ? [f.leftOut] : []))).toEqual([
      '/etc/app/key.pem',
      '/etc/app/secret.conf',
      // Five megabytes, of the test before.
      '/etc/plumbline-bytes',
    ])
    for (const word of ['canary-in-a-file', 'canary-in-a-key', 'root:']) {
      expect(output.stdout).not.toContain(word)
      expect(output.stdout).not.toContain(Buffer.from(word).toString('base64').slice(0, 8))
    }
    expect(
      specs.map((s) => s.path).filter((p) => /passwd|shadow|ssh_host|machine-id|ld.so.cache|link/.test(p)),
    ).toEqual([])
    // What is written down of it leaves nothing to do.
    const wanted = specs.map((s) => {
      const bytes = s.base64 === undefined ? Buffer.from(s.content ?? '') : Buffer.from(s.base64, 'base64')
      return type.normalise({ ...s, sha256: sha256(bytes) })
    })
    const seen = type.parse(wanted, await ask(type.probe(wanted)))
    const have = seen.map((o) => (o.status === 'present' ? o.state : null))
    expect(wanted.flatMap((want, i) => type.diff(want, have[i] ?? null, undefined))).toEqual([])
  })
})
