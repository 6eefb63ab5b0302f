import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Scene } from '../scene.ts'
import { watchedFile } from '../web-tier.ts'

/** Somebody changes a host by hand; it is seen, explained and undone. */
export async function drift({ stage, hosts }: Scene, id: string): Promise<void> {
  const root = hosts.all.find((h) => h.name === 'web-02')?.root ?? ''
  const file = join(root, watchedFile)
  const intended = await readFile(file, 'utf8')
  stage.step(
    'Somebody edits a host by hand',
    'Late at night, as root, on web-02. Drift shows it together with the change behind the intended value, when it was approved and by whom.',
  )
  stage.typed(`sed -i 's/1024/64/' ${watchedFile}`, 'on web-02')
  await writeFile(file, intended.replace('1024', '64'))
  await stage.plumbline('drift', {
    status: 2,
    says: [
      /web-02/,
      /worker_connections 64/,
      new RegExp(`drift, set by ${id}`),
      /commit [0-9a-f]{12}, approved .* by jonas/,
    ],
  })
  stage.step(
    'Who put it there, and is it still so?',
    'From a line on a host back to the commit, the change and those who agreed.',
  )
  await stage.plumbline(`blame web-02 file:${watchedFile}`, {
    status: 0,
    says: [new RegExp(`off +file:\\S+ +${id}`), /jonas/],
  })
  stage.step(
    'Bring it back',
    'The intended value is already approved and merged, but touching a host again is a decision of its own. (An edit can be kept as well; that comes later.)',
  )
  await stage.plumbline('approve main --key ../keys/jonas', {
    status: 0,
    says: [/CHG-\d+-00003 approved by Person\/jonas/],
    from: /^CHG-/,
  })
  await stage.plumbline('apply', { status: 0, says: [/CHG-\d+-00003 +implemented/] })
  stage.expect((await readFile(file, 'utf8')) === intended, 'the edit is still there')
}
