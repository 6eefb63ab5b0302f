import { join } from 'node:path'
import type { CommandContext } from '../cli/context.ts'
import { exit } from '../cli/terminal.ts'
import { makeCast } from './cast.ts'
import { adoption } from './chapters/adoption.ts'
import { audit } from './chapters/audit.ts'
import { byHand } from './chapters/by-hand.ts'
import { change } from './chapters/change.ts'
import { drift } from './chapters/drift.ts'
import { rollback } from './chapters/rollback.ts'
import { claimFolder, type DemoFolder, keyEnvironment, openFolder, writeCommand } from './demo-folder.ts'
import { configureIdentity, leaveSigning, startRepository } from './demo-git.ts'
import { newHosts, sameHosts } from './demo-hosts.ts'
import { farewell, serving, welcome } from './frame.ts'
import { interruption } from './interruption.ts'
import { isolate } from './isolate.ts'
import type { Scene } from './scene.ts'
import { Stage } from './stage.ts'

type Context = Pick<CommandContext, 'terminal' | 'version' | 'runProgram'>

/** Tells the whole story and leaves its folder to play with. Throws `Refusal` where a step does not give what it promises. */
export async function playDemo(context: Context, wanted: string | undefined): Promise<number> {
  const { terminal } = context
  const started = performance.now()
  const folder = await claimFolder(wanted)
  const restore = isolate(folder.home)
  const interrupted = interruption()
  try {
    welcome(terminal, folder)
    const scene = await setUp(context, folder)
    try {
      const ended = await Promise.race([tell(scene), interrupted.asked])
      if (ended === 'interrupted') return await leaveAtOnce(context, scene)
    } finally {
      await scene.hosts.stop()
    }
    await leaveSigning(folder.estate)
    farewell(terminal, folder, { steps: scene.stage.steps, seconds: (performance.now() - started) / 1000 })
    return exit.ok
  } finally {
    interrupted.forget()
    restore()
  }
}

async function setUp({ terminal, version, runProgram }: Context, folder: DemoFolder): Promise<Scene> {
  const cast = await makeCast(folder)
  await startRepository(folder)
  await configureIdentity(folder.estate, cast.mira, join(folder.keys, 'mira'))
  await writeCommand(folder)
  const env = { ...process.env, ...keyEnvironment(folder) }
  const stage = new Stage({ terminal, version, runProgram, dir: folder.estate, env })
  return { stage, folder, cast, hosts: await newHosts(folder, cast.login.publicKey) }
}

async function tell(scene: Scene): Promise<void> {
  await adoption(scene)
  const id = await change(scene)
  await drift(scene, id)
  await rollback(scene, id)
  await byHand(scene)
  await audit(scene, id)
}

/** What is under way in this process is dropped: it plays in a folder of its own. */
async function leaveAtOnce({ terminal }: Context, { folder, hosts }: Scene): Promise<never> {
  await hosts.stop()
  terminal.err(`\ninterrupted; ${folder.path} is left as it is\n`)
  process.exit(exit.interrupted)
}

/** Starts the hosts of a demo that was played, and keeps them up until Ctrl-C. */
export async function serveDemo({ terminal }: Context, wanted: string | undefined): Promise<number> {
  const { folder, marker } = await openFolder(wanted)
  const interrupted = interruption()
  const hosts = await sameHosts(folder, marker)
  serving(terminal, folder, hosts)
  await interrupted.asked
  await hosts.stop()
  interrupted.forget()
  terminal.out('\nthe hosts are down\n')
  return exit.ok
}
