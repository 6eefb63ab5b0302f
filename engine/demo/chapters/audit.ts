import { GitProcess } from '../../adapters/git/git-process.ts'
import { forgeLedger } from '../forge-ledger.ts'
import type { Scene } from '../scene.ts'

/** Somebody who trusts nobody checks it all, and finds what was forged. */
export async function audit({ stage, folder }: Scene, id: string): Promise<void> {
  const git = new GitProcess(folder.path)
  stage.step(
    'An auditor trusts nobody',
    'A fresh clone and the public keys, which she was given in person, are all she needs. Every entry is checked: its signature, its order, whether it was allowed, and whether each merge is what was approved.',
  )
  stage.typed('git clone origin.git audit && cd audit')
  await git.output(['clone', '--quiet', folder.origin, folder.audit])
  const verify = 'audit verify --allowed-signers ../keys/allowed_signers'
  await stage.plumbline(verify, { status: 0, says: [/entries checked.*: true/], dir: folder.audit })

  stage.step(
    'Somebody rewrites history on the server',
    'In a copy of the server, a forger makes Mira the approver of her own change and rebuilds every later entry on top of it. The first bad entry is named.',
  )
  await git.output(['clone', '--quiet', '--bare', folder.origin, folder.forgedOrigin])
  const forged = await forgeLedger(folder.forgedOrigin, {
    subject: `${id} approve`,
    from: 'Person/jonas',
    to: 'Person/mira',
  })
  stage.typed('git clone forged.git forged && cd forged')
  await git.output(['clone', '--quiet', folder.forgedOrigin, folder.forged])
  await stage.plumbline(verify, {
    status: 1,
    says: [new RegExp(`${forged} \\(${id} approve\\)`), /not true/],
    dir: folder.forged,
  })
}
