import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitProcess } from '../../adapters/git/git-process.ts'
import { commitSigned } from '../demo-git.ts'
import { firstEstate } from '../estate.ts'
import type { Scene } from '../scene.ts'
import { writeFiles } from '../write-files.ts'

/** Hosts that nobody described so far come under the estate. */
export async function adoption(scene: Scene): Promise<void> {
  await describe(scene)
  await startLedger(scene)
  await firstPlan(scene)
  await firstApply(scene)
}

async function describe({ stage, folder, cast, hosts }: Scene): Promise<void> {
  await writeFiles(folder.estate, firstEstate(randomUUID(), cast, hosts.all))
  await commitSigned(folder.estate, cast.mira, 'Describe the shop')
  const git = new GitProcess(folder.estate)
  await git.output(['push', '--quiet', '--set-upstream', 'origin', 'main'])
  stage.step(
    'An estate is a git repository of YAML',
    'Four hosts, two people, what they serve and who may change it. Each host is a folder here, behind a real SSH server in this process.',
  )
  stage.typed('cd estate && git ls-files')
  stage.print(await git.line(['ls-files']))
  await stage.plumbline('validate', { status: 0, says: [/all true/] })
}

async function startLedger({ stage }: Scene): Promise<void> {
  stage.step(
    'A ledger, beside the documents',
    'Plans, approvals and results become signed entries on a branch of their own, which anybody can verify. The first one says since when, and by which rule: here, that somebody who wrote nothing of a change agrees to it.',
  )
  await stage.plumbline('init', { status: 0, says: [/ledger started, rule one-independent/] })
}

async function firstPlan({ stage }: Scene): Promise<void> {
  stage.step(
    'How far are the hosts off?',
    'A plan compares what is described with what is there: one SSH round trip for each host, and nothing is written.',
  )
  await stage.plumbline('plan', { status: 2, says: [/4 of 4 hosts · 4 changes/, /\/etc\/motd/] })
}

async function firstApply({ stage, hosts }: Scene): Promise<void> {
  stage.step(
    'Somebody agrees, and it is applied',
    'Jonas signs this very plan with his SSH key; should anything move, his approval no longer holds. One host goes first, as a canary.',
  )
  await stage.plumbline('approve main --key ../keys/jonas', {
    status: 0,
    says: [/complete, by jonas/, /CHG-\d+-00001 approved by Person\/jonas/],
    from: /^CHG-/,
  })
  const text = await stage.plumbline('apply', { status: 0, says: [/CHG-\d+-00001 +implemented +4 actions applied/] })
  stage.expect(/canary +1 host: web-01/.test(text), 'web-01 does not go first')
  for (const { name, root } of hosts.all)
    stage.expect(
      (await readFile(join(root, 'etc/motd'), 'utf8')).startsWith(`${name} is described`),
      `${name} is not as planned`,
    )
}
