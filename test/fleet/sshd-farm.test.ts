import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from './harness/run.ts'
import { sshBanner, waitFor } from './harness/wait.ts'
import { bootSshdFarm, type FarmHost, type SshdFarm } from './sshd-farm.ts'

const title = existsSync('/usr/sbin/sshd')
  ? 'a farm of SSH servers'
  : 'a farm of SSH servers (skipped, because openssh-server is missing)'

function ssh(farm: SshdFarm, host: FarmHost, command: string) {
  const files = ['-F', '/dev/null', '-i', farm.identityFile, '-o', `UserKnownHostsFile=${farm.knownHostsFile}`]
  const strict = ['-o', 'BatchMode=yes', '-o', 'StrictHostKeyChecking=yes', '-o', 'IdentitiesOnly=yes']
  return run('ssh', [...files, ...strict, '-p', String(host.port), `${host.user}@${host.address}`, command])
}

describe.skipIf(!existsSync('/usr/sbin/sshd'))(title, () => {
  it('answers on a port of its own with a key of its own, and ends without a trace', { timeout: 60_000 }, async () => {
    const farm = await bootSshdFarm(5)
    try {
      expect(new Set(farm.hosts.map((host) => host.port)).size).toBe(5)
      expect(new Set(farm.hosts.map((host) => host.hostKey)).size).toBe(5)
      const outcomes = await Promise.all(farm.hosts.map((host) => ssh(farm, host, `echo ${host.name}`)))
      expect(outcomes.map(({ stdout, stderr }) => stdout + stderr)).toEqual(farm.hosts.map((host) => `${host.name}\n`))
      // The servers reap a connection a moment after its client has gone.
      const probe = () => farm.cpuTime() || undefined
      expect(await waitFor({ what: 'CPU time of connections', deadline: 5_000, probe })).toBeGreaterThan(0)
    } finally {
      await farm.stop()
    }
    expect(existsSync(dirname(farm.identityFile))).toBe(false)
    for (const host of farm.hosts) expect(await sshBanner(host.address, host.port)).toBeUndefined()
  })
})
