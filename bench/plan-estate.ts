import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dump } from 'js-yaml'
import type { JsonObject } from '../engine/model/document.ts'
import { commitFiles, git, importFiles } from './commit-files.ts'
import { type Context, plumbline } from './context.ts'
import { type Command, outputOf } from './measure-command.ts'
import type { Door } from './ssh-sweep.ts'

/** An estate whose hosts are SSH servers on this machine: it is only ever planned, never applied. */
export interface PlanEstate {
  /** Root of its repository, at a branch that puts the resources onto hosts that `main` already knows. */
  readonly root: string
  readonly plan: Command
  /** Fails where the plan did not look at every resource of so many hosts (all, where not given). */
  mustSeeAll(hosts?: number): Promise<void>
}

/** Of these, every fifth is not as it is wanted, so that a plan has something to say. */
export interface ResourceCounts {
  readonly files: number
  readonly directories: number
  readonly users: number
  readonly groups: number
  readonly packages: number
}

export const twenty: ResourceCounts = { files: 10, directories: 2, users: 2, groups: 2, packages: 4 }
export const fiveHundred: ResourceCounts = { files: 450, directories: 20, users: 10, groups: 10, packages: 10 }

const common = ['bash', 'coreutils', 'grep', 'sed', 'tar', 'gzip', 'findutils', 'dpkg', 'hostname', 'login']

/** Makes the estate with so many resources on each host, and the files on this machine that they are about. */
export async function planEstate(
  context: Context,
  name: string,
  doors: readonly Door[],
  identityFile: string,
  counts: ResourceCounts,
  options: { readonly selector?: JsonObject } = {},
): Promise<PlanEstate> {
  const root = join(context.scratch, `estate-${name}`)
  const onHosts = join(context.scratch, `hosts-${name}`)
  const resources = resourcesOf(onHosts, counts)
  await commitFiles(root, baseFiles(doors), 'The hosts')
  const profile = { selector: options.selector ?? { all: true }, resources }
  const added = [{ path: 'inventory/profile.yaml', text: dump(envelope('Profile', 'base', profile)) }]
  await importFiles(root, 'refs/heads/change', added, 'What they shall look like', 'refs/heads/main')
  await git(root, 'checkout', '--quiet', 'change')
  giveIdentity(context, identityFile)
  const plan = plumbline(context, ['plan', '--json', '--base', 'main'], { cwd: root, accept: [0, 2] })
  const mustSeeAll = async (hosts = doors.length) => {
    const said = JSON.parse(await outputOf(plan)) as Said
    const seen = (said.plan ?? said).actions.length + (said.plan ?? said).unchanged
    const unknown = (said.plan ?? said).unknowns[0]
    if (unknown) throw new Error(`the plan does not know ${JSON.stringify(unknown)}`)
    const wanted = hosts * resources.length
    if (seen !== wanted) throw new Error(`the plan saw ${seen} resources, not ${wanted}`)
  }
  return { root, plan, mustSeeAll }
}

interface SaidPlan {
  readonly actions: readonly unknown[]
  readonly unknowns: readonly unknown[]
  readonly unchanged: number
}
type Said = SaidPlan & { readonly plan?: SaidPlan }

function* baseFiles(doors: readonly Door[]): Generator<{ path: string; text: string }> {
  const estate = { id: '8c1b5a52-5d0f-4a7e-9a55-0c8f0a2f6f20', documents: ['inventory/**/*.yaml'], rule: 'solo' }
  yield { path: 'plumbline.yaml', text: dump(envelope('Estate', 'bench', estate)) }
  const rest = [
    envelope('Rollout', 'plain', { batch: '100%' }),
    envelope('Environment', 'lab', { purpose: 'To be measured', rollout: 'plain' }),
  ]
  yield { path: 'inventory/environment.yaml', text: rest.map((d) => dump(d)).join('---\n') }
  for (const [index, { address, port, user, hostKey }] of doors.entries()) {
    const spec = { address, environment: 'lab', hostKeys: [hostKey], ssh: { user, port, sudo: false } }
    const host = `host-${String(index + 1).padStart(3, '0')}`
    yield { path: `inventory/hosts/${host}.yaml`, text: dump(envelope('Host', host, spec)) }
  }
}

function envelope(kind: string, name: string, spec: JsonObject): JsonObject {
  return { apiVersion: 'plumbline/v1', kind, metadata: { name }, spec }
}

function resourcesOf(folder: string, counts: ResourceCounts): JsonObject[] {
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  const each = (n: number, make: (i: number) => JsonObject) => Array.from({ length: n }, (_, i) => make(i))
  const off = (i: number) => i % 5 === 4
  return [
    ...each(counts.files, (i) => {
      const path = join(folder, `part-${i}.conf`)
      const content = `# part ${i}\n${'listen 8080\nkeepalive 30\n'.repeat(8)}`
      writeFileSync(path, off(i) ? content.replace('8080', '8081') : content, { mode: 0o644 })
      return { file: { path, content, ...ourselves } }
    }),
    ...each(counts.directories, (i) => {
      const path = join(folder, `part-${i}.d`)
      mkdirSync(path, { mode: 0o755 })
      return { directory: { path, mode: off(i) ? '0750' : '0755', ...ourselves } }
    }),
    ...each(counts.users, (i) => ({ user: { login: `bench-${i}`, ensure: off(i) ? 'present' : 'absent' } })),
    ...each(counts.groups, (i) => ({ group: { name: `bench-${i}`, ensure: off(i) ? 'present' : 'absent' } })),
    ...each(counts.packages, (i) => ({ package: { name: off(i) ? `no-such-${i}` : (common[i] ?? 'bash') } })),
  ]
}

/** The account that runs the bench owns the files it has made. */
const ourselves =
  process.getuid?.() === 0 ? {} : { owner: process.env['USER'] ?? 'root', group: process.env['USER'] ?? 'root' }

/** The engine's own home of this run gets the farm's key where a person has theirs. */
function giveIdentity(context: Context, identityFile: string): void {
  const folder = join(context.scratch, 'home', '.ssh')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  copyFileSync(identityFile, join(folder, 'id_ed25519'))
  chmodSync(join(folder, 'id_ed25519'), 0o600)
}
