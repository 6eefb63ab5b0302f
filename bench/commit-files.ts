import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { cleanEnvironment, outputOf } from './measure-command.ts'

/** Makes a repository at `root` whose only commit holds the files, checks them out, and leaves git with a fresh index. */
export async function commitFiles(
  root: string,
  files: Iterable<{ readonly path: string; readonly text: string }>,
  message: string,
): Promise<void> {
  mkdirSync(root, { recursive: true })
  await git(root, 'init', '--quiet', '--initial-branch=main')
  await importFiles(root, 'refs/heads/main', files, message)
  await git(root, 'reset', '--quiet', '--hard', 'main')
  await git(root, 'status', '--porcelain')
}

/** Adds a commit to a branch, on top of `from` where that is given; the working folder stays as it is. */
export async function importFiles(
  root: string,
  ref: string,
  files: Iterable<{ readonly path: string; readonly text: string }>,
  message: string,
  from?: string,
): Promise<void> {
  const child = spawn('git', ['-C', root, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: cleanEnvironment(),
  })
  const ended = once(child, 'exit')
  const who = 'Bench <bench@example.org> 1767225600 +0000'
  await write(child, `commit ${ref}\nauthor ${who}\ncommitter ${who}\n${data(message)}`)
  if (from !== undefined) await write(child, `from ${from}\n`)
  for (const { path, text } of files) await write(child, `M 100644 inline ${path}\n${data(text)}`)
  child.stdin?.end('\ndone\n')
  const [code] = await ended
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`)
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`
}

async function write(child: ChildProcess, text: string): Promise<void> {
  if (child.stdin?.write(text) === false) await once(child.stdin, 'drain')
}

export function git(root: string, ...args: string[]): Promise<string> {
  return outputOf({ file: 'git', args: ['-C', root, ...args] })
}
