import { type SpawnOptions, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import type { CommandEnd, RunningCommand } from './run-script.ts'

/** Starts a program in a process group of its own; a message where it can't be started. */
export function startCommand(
  file: string,
  args: readonly string[],
  options: Pick<SpawnOptions, 'env' | 'cwd'>,
): Promise<RunningCommand | string> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    const ended = new Promise<CommandEnd>((settle) => child.on('close', (code) => settle({ code, cutOff: false })))
    const kill = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        child.kill('SIGKILL') // The group is gone, or became another user's.
      }
      child.stdin.destroy()
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const letGo = () => {
      for (const handle of [child, child.stdin, child.stdout, child.stderr]) (handle as Partial<Socket>).unref?.()
    }
    child.on('error', (error) => resolve(error.message))
    child.on('spawn', () =>
      resolve({ stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill, letGo }),
    )
  })
}
