import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { GitProcess } from '../../adapters/git/git-process.ts'
import { commitSigned, mergeBranch } from '../demo-git.ts'
import type { Scene } from '../scene.ts'
import { watchedFile, webTier } from '../web-tier.ts'
import { writeFiles } from '../write-files.ts'

const days = 86_400_000

/** A change from the first line that is typed to the last host. Returns its number. */
export async function change(scene: Scene): Promise<string> {
  await write(scene)
  await plan(scene)
  const id = await agree(scene)
  await apply(scene)
  return id
}

async function write({ stage, folder, cast }: Scene): Promise<void> {
  stage.step(
    'Mira describes a change, and mistypes',
    'The web hosts get a package, a file from a template and a service; Mira gets access for 90 days, which the hosts themselves end. On every web host a hand-written file of former years is in the way.',
  )
  await new GitProcess(folder.estate).output(['switch', '--quiet', '--create', 'web-tier'])
  const files = webTier(`${new Date(Date.now() + 90 * days).toISOString().slice(0, 10)}T18:00:00Z`)
  await writeFiles(folder.estate, mistyped(files))
  stage.typed('cat inventory/profiles/web.yaml')
  stage.print(await readFile(join(folder.estate, 'inventory/profiles/web.yaml'), 'utf8'))
  await stage.plumbline('validate', {
    status: 1,
    says: [/Did you mean restartOn\?/, /Did you mean operator\?/, /2 errors/],
  })
  await writeFiles(folder.estate, files)
  stage.goOn('Both are mended and committed, signed with her SSH key as always.')
  await stage.plumbline('validate', { status: 0, says: [/all true/] })
  stage.typed('git commit -S -m "Serve the shop with nginx"', 'on the branch web-tier')
  await commitSigned(folder.estate, cast.mira, 'Serve the shop with nginx')
}

/** Two slips, in two files: both are found in one run. */
function mistyped(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map(
    [...files].map(([path, text]) => [
      path,
      text.replace('restartOn:', 'restart_on:').replace('role: operator', 'role: operater'),
    ]),
  )
}

async function plan({ stage }: Scene): Promise<void> {
  stage.step(
    'The plan of the branch',
    'What a merge would do, host by host, with the old bytes and the new; what it reaches, how risky it is, and who has to agree.',
  )
  await stage.plumbline('plan -o plan.json', {
    status: 2,
    says: [/2 of 4 hosts/, /package +nginx/, /nginx\.conf/, /saved to plan\.json/, /security/],
  })
}

async function agree({ stage }: Scene): Promise<string> {
  stage.step('Nobody approves what they wrote', 'Not the author, not a co-author. Mira tries, with her own key.')
  await stage.plumbline('approve plan.json', { status: 1, says: [/\[approver-wrote-it\]/, /Person\/mira had a hand/] })
  stage.goOn('Jonas did not write any of it, and security is his: his signature completes it.')
  const text = await stage.plumbline('approve plan.json --key ../keys/jonas', {
    status: 0,
    says: [/complete, by jonas/, /CHG-\d+-00002 approved by Person\/jonas/],
    from: /^CHG-/,
  })
  return /^CHG-\d+-\d+/m.exec(text)?.[0] ?? ''
}

async function apply({ stage, folder, hosts }: Scene): Promise<void> {
  stage.step(
    'Merged, then applied: canary first',
    'What is merged is compared with what was approved, to the byte. The intent stands on the ledger before a host is touched, and every host is looked at again afterwards.',
  )
  await mergeBranch(stage, folder.estate, 'web-tier')
  const text = await stage.plumbline('apply', { status: 0, says: [/CHG-\d+-00002 +implemented/] })
  stage.expect(text.indexOf('web-01') < text.indexOf('web-02'), 'the canary did not go first')
  for (const { name, root } of hosts.all.filter((h) => h.name.startsWith('web-'))) {
    const file = await readFile(join(root, watchedFile), 'utf8')
    stage.expect(file.startsWith(`# ${name}\n`), `${watchedFile} of ${name} does not come from the template`)
    await stat(join(root, 'run/systemd/units/nginx.service'))
  }
  stage.step('A second plan is empty', 'Done means seen: the hosts are as they are described, and stay alone.')
  await stage.plumbline('plan', { status: 0, says: [/nothing to do/] })
}
