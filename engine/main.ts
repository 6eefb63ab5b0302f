#!/usr/bin/env node
import type { OpenOptions } from './cli/context.ts'

declare const PLUMBLINE_VERSION: string | undefined

const version = typeof PLUMBLINE_VERSION === 'string' ? PLUMBLINE_VERSION : '0.0.0-source'
const argv = process.argv.slice(2)

// The two that scripts call most cost nothing.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) process.stdout.write(`${version}\n`)
else void start()

async function start(): Promise<void> {
  // A command lives for seconds: most of what V8 would optimise on the way has run for the last time when that is done.
  const { setFlagsFromString } = await import('node:v8')
  setFlagsFromString('--interrupt-budget=1048576')
  // What it runs in the meantime is compiled at once without optimising, which costs little.
  setFlagsFromString('--sparkplug')
  const [{ runProgram }, { processTerminal }] = await Promise.all([
    import('./cli/program.ts'),
    import('./cli/terminal.ts'),
  ])
  // A reader that went away (a pager that was closed) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  process.stderr.on('error', () => undefined)
  const directory = directoryOf(argv)
  const worlds = new Set<{ close: () => Promise<void> }>()
  const open = async (options: OpenOptions) => {
    const { openWorld } = await import('./wiring.ts')
    const world = await openWorld({ ...options, version, start: directory ?? process.cwd(), env: process.env })
    worlds.add(world)
    // A server opens one for each thing that it looks after.
    const close = async (): Promise<void> => {
      worlds.delete(world)
      await world.close()
    }
    return { ...world, close }
  }
  const terminal = processTerminal({ color: !argv.includes('--no-color') })
  const status = await runProgram(argv, { terminal, open, version })
  await Promise.all([...worlds].map((world) => world.close()))
  process.exitCode = status
}

/** The value of -C, wherever it stands. */
function directoryOf(args: readonly string[]): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg === '-C' || arg === '--directory') return args[i + 1]
    if (arg.startsWith('--directory=')) return arg.slice('--directory='.length)
  }
  return undefined
}
