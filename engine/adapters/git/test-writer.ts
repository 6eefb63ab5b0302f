import { randomUUID } from 'node:crypto'
import { generateKeyPair } from '../signing/key-pair.ts'
import { memorySigner } from '../signing/signer.ts'
import { openGitLedger } from './git-ledger.ts'

/**
 * A writer of its own process, for tests: appends numbered records and prints the number of each once it is durable.
 * Arguments: folder, name, how many, how many at once.
 */
const [dir = '', name = '', count = '1', parallel = '1'] = process.argv.slice(2)
// Dozens of them on two cores: each waits for its turn as long as that takes.
const ledger = await openGitLedger(dir, { patience: 1_200_000 })
const signer = memorySigner(generateKeyPair())

async function appendOne(): Promise<void> {
  const id = await ledger.append(async (view) => {
    const newest = (await view.list('changes')).at(-1) ?? '000000'
    const record = String(Number(newest.slice(0, 6)) + 1).padStart(6, '0')
    const entry = {
      uuid: randomUUID(),
      record,
      transition: 'propose',
      actor: name,
      title: `${record} by ${name}`,
      files: new Map([[`changes/${record}.yaml`, `by: ${name}\n`]]),
      signer,
      at: new Date(),
    }
    return { entries: [entry], result: record }
  })
  process.stdout.write(`${id}\n`)
}

let left = Number(count)
await Promise.all(
  Array.from({ length: Number(parallel) }, async () => {
    while (left > 0) {
      left -= 1
      await appendOne()
    }
  }),
)
ledger.close()
