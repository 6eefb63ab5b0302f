import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { inTurn } from './turn.ts'

it('one after the other, at one place', async () => {
  const place = randomUUID()
  let inside = 0
  const seen = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      inTurn(place, async () => {
        inside += 1
        await new Promise((resolve) => setImmediate(resolve))
        const together = inside
        inside -= 1
        return [i, together]
      }),
    ),
  )
  if (process.platform === 'linux') expect(seen.map(([, together]) => together)).toEqual(Array(8).fill(1))
  expect(seen.map(([i]) => i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

it('work that fails gives its turn back', async () => {
  const place = randomUUID()
  await expect(inTurn(place, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await inTurn(place, async () => 'next')).toBe('next')
})

it('a process that is killed gives its turn back', async () => {
  const place = randomUUID()
  const turn = fileURLToPath(new URL('./turn.ts', import.meta.url))
  const hold = `import(${JSON.stringify(turn)}).then(({ inTurn }) => inTurn(${JSON.stringify(place)}, () => {
    process.stdout.write('mine')
    return new Promise((resolve) => setTimeout(resolve, 1e9))
  }))`
  const child = spawn(process.execPath, ['--import', 'tsx', '-e', hold])
  await once(child.stdout, 'data')
  const next = inTurn(place, async () => 'next')
  child.kill('SIGKILL')
  expect(await next).toBe('next')
})

it.runIf(process.platform === 'linux').each([true, false])(
  'whoever is next learns whether it is told: %s',
  async (told) => {
    const place = randomUUID()
    const events = new EventEmitter()
    const [isWaiting, isTold] = [once(events, 'waiting'), once(events, 'told')]
    const hasTurn = once(events, 'turn')
    const first = inTurn(place, async (turn) => {
      events.emit('turn')
      await isWaiting
      if (!told) return
      turn.tell()
      await isTold
    })
    await hasTurn
    let learnt: boolean | undefined
    const ready = async (answer: Promise<boolean>) => {
      events.emit('waiting')
      learnt = await answer
      events.emit('told')
    }
    await inTurn(place, async () => expect(learnt).toBe(told), ready)
    await first
  },
)
