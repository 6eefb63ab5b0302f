import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GitProcess } from '../../adapters/git/git-process.ts'
import { commitSigned, mergeBranch } from '../demo-git.ts'
import { jobFile } from '../demo-hosts.ts'
import type { Scene } from '../scene.ts'

/** What people did by hand is taken into the documents: a whole host first, then one edit; and the estate is asked. */
export async function byHand(scene: Scene): Promise<void> {
  await importHost(scene)
  await keepEdit(scene)
  await ask(scene)
}

async function importHost(scene: Scene): Promise<void> {
  const { stage, folder, cast } = scene
  stage.step(
    'A host that was set up by hand, as documents',
    'On cache-01 runs a job that nobody wrote down. Import writes what the host has beyond its distribution and beyond what documents say already; then it looks again, and proves that a plan of it is empty.',
  )
  const git = new GitProcess(folder.estate)
  await git.output(['switch', '--quiet', '--create', 'cache-as-it-is'])
  await stage.plumbline('import cache-01', { status: 0, says: [/1 cron/, /plan is empty/] })
  const profile = 'inventory/profiles/cache-01.yaml'
  stage.typed(`tail -2 ${profile}`)
  const text = await readFile(join(folder.estate, profile), 'utf8')
  stage.print(text.trimEnd().split('\n').slice(-2).join('\n'))
  stage.expect(text.includes('cron: { name: warm-cache'), 'the job was not written')
  stage.typed('git switch -c cache-as-it-is && git add . && git commit -S -m "Take cache-01 as it is"')
  await commitSigned(folder.estate, cast.mira, 'Take cache-01 as it is')
  await agreeAndMerge(scene, 'cache-as-it-is')
}

async function keepEdit(scene: Scene): Promise<void> {
  const { stage, folder, hosts } = scene
  stage.step(
    'Keep what somebody changed',
    'The job warms more pages since last night, and that was a good idea. Drift goes both ways: adopting it edits the document in place, on a branch.',
  )
  const file = join(hosts.all.find((h) => h.name === 'cache-01')?.root ?? '', jobFile)
  const now = (await readFile(file, 'utf8')).replace('500', '800')
  stage.typed(`sed -i 's/500/800/' ${jobFile}`, 'on cache-01')
  await writeFile(file, now)
  await stage.plumbline('drift adopt --host cache-01 --branch more-pages', { status: 0, says: [/more-pages/] })
  stage.typed('git diff --unified=0 main more-pages | tail -2')
  const diff = await new GitProcess(folder.estate).line(['diff', '--unified=0', 'main', 'more-pages'])
  stage.print(diff.split('\n').slice(-2).join('\n'))
  stage.expect(/^\+.*--top 800/m.test(diff), 'the document does not say what is there')
  await agreeAndMerge(scene, 'more-pages')
  stage.expect((await readFile(file, 'utf8')) === now, 'the job was touched')
}

async function agreeAndMerge({ stage, folder }: Scene, branch: string): Promise<void> {
  await stage.plumbline(`approve ${branch} --key ../keys/jonas`, { status: 0, says: [/approved by/], from: /^CHG-/ })
  await mergeBranch(stage, folder.estate, branch)
  await stage.plumbline('apply', { status: 0, says: [/implemented +nothing to do/] })
}

async function ask({ stage }: Scene): Promise<void> {
  stage.step(
    'Ask the estate',
    'Who can become root, and how? Documents answer, and so do the hosts themselves, which are looked at first.',
  )
  await stage.plumbline('query access root --observe', {
    status: 0,
    says: [/desired/, /sudo ALL +\S+ +observed/, /4 of 4 hosts seen/],
  })
}
