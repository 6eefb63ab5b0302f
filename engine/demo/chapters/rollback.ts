import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mergeBranch } from '../demo-git.ts'
import type { Scene } from '../scene.ts'
import { handWrittenFile, watchedFile } from '../web-tier.ts'

/** A change is taken back, as a change; the bytes that were there before come back. */
export async function rollback(scene: Scene, id: string): Promise<void> {
  const { stage, folder, hosts } = scene
  const web = hosts.all.filter((h) => h.name.startsWith('web-'))
  const digests = async (): Promise<string[]> => Promise.all(web.map(({ root }) => digestOf(join(root, watchedFile))))
  const before = sha256(handWrittenFile)
  const [during = ''] = await digests()
  const branch = `rollback/${id.toLowerCase()}`
  stage.step(
    'Take the change back',
    'A rollback is a change like any other: planned, approved, merged. Each line says what it can promise: exact, inverse or best effort. Nobody describes the hand-written file, but its bytes were kept on the host.',
  )
  await stage.plumbline(`rollback ${id}`, {
    status: 2,
    says: [
      new RegExp(`takes back ${id}`),
      new RegExp(`nginx\\.conf +rollback +exact\\s+content .*→ sha256:${before.slice(0, 12)}`),
    ],
  })
  await stage.plumbline(`approve ${branch} --key ../keys/jonas`, {
    status: 0,
    says: [/CHG-\d+-00004 approved by Person\/jonas/],
    from: /^CHG-/,
  })
  await mergeBranch(stage, folder.estate, branch)
  await stage.plumbline('apply', { status: 0, says: [/CHG-\d+-00004 +implemented/], from: /^CHG-/ })
  const after = await digests()
  stage.typed(`sha256sum ${watchedFile}`, 'on web-01')
  stage.print(`${before}  before the change\n${during}  after the change\n${after[0]}  after the rollback`)
  stage.expect(
    after.every((digest) => digest === before) && during !== before,
    'the bytes that were there before are not back',
  )
  await stage.plumbline('log', { status: 0, says: [/00002 +rolled-back/, /00004 +implemented/] })
}

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
const digestOf = async (path: string): Promise<string> => sha256(await readFile(path))
