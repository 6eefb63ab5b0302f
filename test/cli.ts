import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import picocolors from 'picocolors'
import type { Prompter } from '../engine/cli/forms/prompter.ts'
import { runProgram } from '../engine/cli/program.ts'
import type { Clock } from '../engine/ports/clock.ts'
import { openWorld } from '../engine/wiring.ts'

/** What a command line did. */
export interface Ran {
  readonly status: number
  readonly out: string
  readonly err: string
}

/** A folder of its own with a home of its own, in which command lines are run as a user would type them. */
export interface Desk {
  readonly folder: string
  /** What command lines see as their environment. */
  readonly env: Record<string, string | undefined>
  /** Somebody at the terminal who answers questions; nobody where there is none. */
  prompter?: Prompter
  /** Runs `plumbline …` in the folder, or in the one that a leading `-C` names. */
  run(...argv: string[]): Promise<Ran>
  /** The same, with a text on standard input. */
  runWith(input: string, ...argv: string[]): Promise<Ran>
  /** Commits everything that is in the folder. */
  commit(message: string): void
  git(...args: string[]): void
  write(path: string, text: string): void
  read(path: string): string
  close(): void
}

/** `clock` is the time that command lines and commits live in; the machine's where there is none. */
export function openDesk(more: Readonly<Record<string, string>> = {}, clock?: Clock): Desk {
  const scratch = mkdtempSync(join(tmpdir(), 'plumbline-desk-'))
  const folder = join(scratch, 'estate')
  const home = join(scratch, 'home')
  mkdirSync(folder)
  mkdirSync(home)
  const env: Record<string, string | undefined> = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    GIT_CONFIG_NOSYSTEM: '1',
    ...more,
  }
  const desk: Desk = {
    folder,
    env,
    run: (...argv) => desk.runWith('', ...argv),
    async runWith(input, ...argv) {
      let out = ''
      let err = ''
      const start = argv[0] === '-C' ? (argv[1] ?? folder) : folder
      const worlds: { close: () => Promise<void> }[] = []
      const status = await runProgram(argv, {
        version: '0.0.0-test',
        terminal: {
          out: (text) => {
            out += text
          },
          err: (text) => {
            err += text
          },
          cwd: folder,
          env,
          interactive: desk.prompter !== undefined,
          ...(desk.prompter !== undefined && { prompter: async () => desk.prompter as Prompter }),
          width: 100,
          readSecret: async () => input,
          colors: picocolors.createColors(false),
        },
        open: async (options) => {
          const at = clock === undefined ? {} : { clock }
          const world = await openWorld({ ...options, ...at, version: '0.0.0-test', start, env })
          worlds.push(world)
          return world
        },
      })
      for (const world of worlds) await world.close()
      return { status, out, err }
    },
    commit(message) {
      desk.git('add', '.')
      desk.git('commit', '-qm', message)
    },
    git: (...args) => {
      const at = clock?.now().toISOString()
      const dated = at === undefined ? env : { ...env, GIT_AUTHOR_DATE: at, GIT_COMMITTER_DATE: at }
      const ana = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.org']
      execFileSync('git', ['-C', folder, ...ana, ...args], { env: dated })
    },
    write(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    },
    read: (path) => readFileSync(join(folder, path), 'utf8'),
    close: () => rmSync(scratch, { recursive: true, force: true }),
  }
  return desk
}
