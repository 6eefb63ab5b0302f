import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { openGitLedger } from '../engine/adapters/git/git-ledger.ts'
import { generateKeyPair } from '../engine/adapters/signing/key-pair.ts'
import { memorySigner } from '../engine/adapters/signing/signer.ts'
import { changeEntry } from '../engine/ledger/entries.ts'
import { nextChangeId } from '../engine/ledger/find-records.ts'
import { sampleChange } from './sample-change.ts'

/**
 * A writer of its own process: says `ready`, waits for a line, then proposes changes all at once and prints the number of
 * each when it is durable. Arguments: folder of the clone, how many.
 */
// As the command does.
setFlagsFromString('--interrupt-budget=1048576')
const [dir = '', count = '1'] = process.argv.slice(2)
const ledger = await openGitLedger(dir)
const signer = memorySigner(generateKeyPair())

function proposeNext(): Promise<string> {
  const uuid = randomUUID()
  return ledger.append(async (view) => {
    const id = await nextChangeId(view, 2026)
    return { entries: [changeEntry(sampleChange(id, uuid), signer)], result: id }
  })
}

process.stdout.write('ready\n')
await once(process.stdin, 'data')
process.stdin.destroy()
await Promise.all(Array.from({ length: Number(count) }, async () => process.stdout.write(`${await proposeNext()}\n`)))
ledger.close()
