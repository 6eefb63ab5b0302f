import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { failure, type GitProcess } from './git-process.ts'

export interface GitObject {
  readonly id: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly data: Buffer
}

interface Waiting {
  readonly resolve: (object: GitObject | undefined) => void
  readonly reject: (error: Error) => void
}

/**
 * Reads objects through one long-lived `git cat-file --batch`. Started when it is first asked; it does not keep our
 * process alive while nothing is asked of it, and ends with it.
 */
export class ObjectReader {
  readonly #git: GitProcess
  #child: ChildProcessWithoutNullStreams | undefined
  readonly #waiting: Waiting[] = []
  #stderr = ''
  #chunks: Buffer[] = []
  #length = 0
  /** Header of the object whose bytes are arriving. */
  #header: Omit<GitObject, 'data'> | undefined
  #size = 0

  constructor(git: GitProcess) {
    this.#git = git
  }

  /** The object behind an id or a (checked) name; undefined where there is none. Throws `RepositoryError` where it is damaged. */
  read(name: string): Promise<GitObject | undefined> {
    if (name.includes('\n')) throw new Error('a name with a line break reached git')
    return new Promise((resolve, reject) => {
      const child = this.#start()
      this.#waiting.push({ resolve, reject })
      if (this.#waiting.length === 1) this.#hold(child, true)
      child.stdin.write(`${name}\n`)
    })
  }

  close(): void {
    this.#child?.stdin.end()
    this.#child = undefined
  }

  #start(): ChildProcessWithoutNullStreams {
    if (this.#child !== undefined) return this.#child
    const child = this.#git.spawn(['cat-file', '--batch'])
    this.#child = child
    this.#stderr = ''
    this.#chunks = []
    this.#length = 0
    this.#header = undefined
    child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk))
    child.stderr.on('data', (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-4096)
    })
    child.stdin.on('error', () => undefined)
    child.on('error', (error) => this.#ended(child, error))
    child.on('close', (code) =>
      this.#ended(child, failure({ code: code ?? 255, stdout: Buffer.alloc(0), stderr: this.#stderr }, 'cat-file')),
    )
    this.#hold(child, false)
    return child
  }

  #ended(child: ChildProcessWithoutNullStreams, error: Error): void {
    if (this.#child === child) this.#child = undefined
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }

  /** Whether our process stays alive for the answer. */
  #hold(child: ChildProcessWithoutNullStreams, hold: boolean): void {
    for (const part of [child, child.stdin, child.stdout, child.stderr] as readonly { ref?(): void; unref?(): void }[])
      if (hold) part.ref?.()
      else part.unref?.()
  }

  #receive(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    while (this.#header === undefined ? this.#readHeader() : this.#readBody()) {
      // until nothing whole is left
    }
  }

  #joined(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  #drop(count: number): void {
    this.#chunks = [this.#joined().subarray(count)]
    this.#length -= count
  }

  #readHeader(): boolean {
    const bytes = this.#joined()
    const end = bytes.indexOf(10)
    if (end < 0) return false
    const line = bytes.subarray(0, end).toString()
    this.#drop(end + 1)
    const match = /^([0-9a-f]+) (blob|tree|commit|tag) (\d+)$/.exec(line)
    if (match === null) this.#answer(undefined)
    else {
      this.#header = { id: match[1] ?? '', type: match[2] as GitObject['type'] }
      this.#size = Number(match[3])
    }
    return true
  }

  #readBody(): boolean {
    if (this.#header === undefined || this.#length < this.#size + 1) return false
    const data = Buffer.from(this.#joined().subarray(0, this.#size))
    this.#drop(this.#size + 1)
    const header = this.#header
    this.#header = undefined
    this.#answer({ ...header, data })
    return true
  }

  #answer(object: GitObject | undefined): void {
    const waiting = this.#waiting.shift()
    if (this.#waiting.length === 0 && this.#child !== undefined) this.#hold(this.#child, false)
    waiting?.resolve(object)
  }
}
