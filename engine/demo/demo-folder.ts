import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Refusal } from '../cli/run-action.ts'
import { reporter } from '../model/diagnostic.ts'
import { quote } from '../model/script.ts'
import { codes } from './codes.ts'

const report = reporter(codes)
const marker = 'demo.json'

/** Where everything of a demo lies. */
export interface DemoFolder {
  readonly path: string
  /** Mira's clone, in which the story plays. */
  readonly estate: string
  /** Stands in for the server that a company keeps its repository on. */
  readonly origin: string
  readonly hosts: string
  readonly keys: string
  /** HOME of everything that the demo runs, so that nothing of the user's own is read or changed. */
  readonly home: string
  /** The auditor's clone, and one of a server whose history was rewritten. */
  readonly audit: string
  readonly forgedOrigin: string
  readonly forged: string
}

/** What has to be known to start the hosts again. */
export interface DemoMarker {
  readonly hosts: readonly { readonly name: string; readonly port: number }[]
}

const entries = ['estate', 'origin.git', 'hosts', 'keys', 'home', 'audit', 'forged.git', 'forged', 'plumbline', marker]

function folderAt(path: string): DemoFolder {
  return {
    path,
    estate: join(path, 'estate'),
    origin: join(path, 'origin.git'),
    hosts: join(path, 'hosts'),
    keys: join(path, 'keys'),
    home: join(path, 'home'),
    audit: join(path, 'audit'),
    forgedOrigin: join(path, 'forged.git'),
    forged: join(path, 'forged'),
  }
}

/** An empty folder to play in. What an earlier demo left there is taken away; anything else is refused, untouched. */
export async function claimFolder(wanted: string | undefined): Promise<DemoFolder> {
  if (wanted === undefined) return prepared(await mkdtemp(join(tmpdir(), 'plumbline-demo-')))
  const path = resolve(wanted)
  await mkdir(path, { recursive: true })
  const found = await readdir(path)
  if (found.length > 0 && !found.includes(marker))
    throw new Refusal([
      report('demo-folder-taken', { summary: `${path} holds files already: ${found.sort().slice(0, 3).join(', ')}` }),
    ])
  for (const entry of entries) await rm(join(path, entry), { recursive: true, force: true })
  return prepared(path)
}

async function prepared(path: string): Promise<DemoFolder> {
  // git names work trees by their real path; on some systems the temporary folder is a link.
  const folder = folderAt(await realpath(path))
  await writeMarker(folder, { hosts: [] })
  for (const each of [folder.estate, folder.hosts, folder.home]) await mkdir(each)
  await mkdir(folder.keys, { mode: 0o700 })
  return folder
}

/** The folder of a demo that was played. */
export async function openFolder(wanted = '.'): Promise<{ readonly folder: DemoFolder; readonly marker: DemoMarker }> {
  const file = join(resolve(wanted), marker)
  if (!existsSync(file)) throw new Refusal([report('demo-missing', { summary: `${resolve(wanted)} holds no demo` })])
  const read = JSON.parse(await readFile(file, 'utf8')) as DemoMarker
  return { folder: folderAt(await realpath(wanted)), marker: read }
}

export function writeMarker(folder: DemoFolder, content: DemoMarker): Promise<void> {
  return writeFile(join(folder.path, marker), `${JSON.stringify(content, null, 2)}\n`)
}

/** A command of the folder's own, which knows its keys: nothing has to be set or installed to go on playing. */
export async function writeCommand(folder: DemoFolder): Promise<void> {
  const file = join(folder.path, 'plumbline')
  const command = [process.execPath, ...process.execArgv, process.argv[1] ?? ''].map(quote).join(' ')
  const text = [
    '#!/bin/sh',
    '# plumbline with the keys of this demo: of the engine, to sign records; and to log in to the simulated hosts.',
    ...Object.entries(keyEnvironment(folder)).map(([name, value]) => `export ${name}=${quote(value)}`),
    `exec ${command} "$@"`,
    '',
  ].join('\n')
  await writeFile(file, text)
  await chmod(file, 0o755)
}

/** Which keys the engine uses here. */
export function keyEnvironment(folder: DemoFolder): Record<string, string> {
  return { PLUMBLINE_ENGINE_KEY: join(folder.keys, 'engine'), PLUMBLINE_SSH_KEY: join(folder.keys, 'login') }
}
