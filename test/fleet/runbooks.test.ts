import { afterAll, beforeAll, expect, it } from 'vitest'
import type { DeclaredRecord } from '../../engine/model/declared-record.ts'
import { type Estate, makeEstate } from './estate/estate.ts'
import { bootFleet, describeFleet, type Fleet } from './fleet.ts'

const restart = `---
title: Restart the scheduler
inputs:
  note: { description: What is written down, type: string }
  token: { description: A password, type: string, writeOnly: true }
required: [note]
---
\`\`\`sh step=look on="role=web" expect="^active$"
systemctl is-active cron
\`\`\`
\`\`\`sh step=restart on="role=web" confirm timeout=60 expect="^active$"
systemctl restart cron
systemctl is-active cron
\`\`\`
\`\`\`bash step=note on=host/web-01 expect="^root:web-01:$"
set -o pipefail
printf '%s' "$INPUT_NOTE" > /root/note
echo "token $INPUT_TOKEN" >&2
echo "$(id -un):$PLUMBLINE_HOST:$(printf '\\\\033[2J' >&2)"
\`\`\`
\`\`\`sh step=account on=host/web-01 as=nobody expect="^nobody$"
id -un
\`\`\`
\`\`\`sh step=slow on=host/web-01 timeout=1
sleep 30
\`\`\`
`

await describeFleet('a runbook on real hosts', () => {
  let fleet: Fleet
  let estate: Estate

  beforeAll(async () => {
    fleet = await bootFleet({ names: ['web-01', 'web-02'] })
    estate = await makeEstate({ fleet, files: { 'runbooks/restart.md': restart } })
  }, 900_000)

  afterAll(async () => {
    estate?.remove()
    await fleet?.stop()
  })

  it('does its steps, keeps what may be kept, and stops at what takes too long', { timeout: 180_000 }, async () => {
    const since = await fleet.host('web-02').exec('systemctl show -P ActiveEnterTimestampMonotonic cron')
    const note = '$(touch /root/pwned) `id` "\'; reboot'
    const secret = 'correct-horse-battery'
    const inputs = ['--input', `note=${note}`, '--input', `token=${secret}`]
    const out = await estate.ana.expects(1, 'runbook', 'run', 'restart', ...inputs, '--yes', '--json')
    const record = JSON.parse(out) as DeclaredRecord
    expect(record).toMatchObject({
      state: 'failed',
      openedBy: 'Person/ana',
      fields: { inputs: { note, token: '***' } },
    })
    expect(record.fields['results']).toMatchObject([
      { step: 'look', host: 'web-01', outcome: 'done', output: 'active' },
      { step: 'look', host: 'web-02', outcome: 'done' },
      { step: 'restart', host: 'web-01', outcome: 'done', exit: 0 },
      { step: 'restart', host: 'web-02', outcome: 'done', exit: 0 },
      { step: 'note', outcome: 'done', output: expect.stringContaining('token ***') },
      { step: 'account', outcome: 'done', output: 'nobody' },
      { step: 'slow', outcome: 'failed', exit: 124, because: 'it did not end within 1 seconds' },
    ])
    expect(JSON.stringify(record)).not.toContain(secret)
    expect(JSON.stringify(record)).not.toContain('\u001b')
    const read = await fleet.host('web-01').exec('cat /root/note; ls /root/pwned 2>&1')
    expect(read.stdout.startsWith(note)).toBe(true)
    expect(read.stdout).toContain('No such file')
    const now = await fleet.host('web-02').exec('systemctl show -P ActiveEnterTimestampMonotonic cron')
    expect(Number(now.stdout)).toBeGreaterThan(Number(since.stdout))
    await estate.ana.expects(0, 'audit', 'verify')
  })
})
