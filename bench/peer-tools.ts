import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dump } from 'js-yaml'
import type { JsonObject } from '../engine/model/document.ts'
import { documentSchema } from '../engine/schema/document-schema.ts'
import { cacheFolder } from './generate-estate.ts'
import { cleanEnvironment } from './measure-command.ts'

/** A tool to be measured against, or why there is none. */
export type Peer = { readonly file: string } | { readonly missing: string }

const ajvPackages = ['ajv-cli@5.0.0', 'ajv-formats@3.0.1', 'ajv@8.20.0']

/** `ajv-cli`, installed once into the cache folder. */
export function ajvCli(): Peer {
  const folder = join(cacheFolder(), 'ajv-cli-5.0.0')
  const file = join(folder, 'node_modules', 'ajv-cli', 'dist', 'index.js')
  if (existsSync(file)) return { file }
  const partial = `${folder}.partial-${process.pid}`
  mkdirSync(partial, { recursive: true })
  writeFileSync(join(partial, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error', ...ajvPackages]
  const { status, stderr, error } = spawnSync('npm', args, { cwd: partial, encoding: 'utf8', env: cleanEnvironment() })
  if (status === 0) {
    rmSync(folder, { recursive: true, force: true })
    renameSync(partial, folder)
    return { file }
  }
  rmSync(partial, { recursive: true, force: true })
  return {
    missing: `ajv-cli could not be installed: ${error?.message ?? (stderr.trim().split('\n')[0] || 'npm failed')}`,
  }
}

/** A tool of Debian's, where the machine has it. */
export function debianTool(name: string, debianPackage = name): Peer {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' })
  return status === 0 ? { file: stdout.trim() } : { missing: `${name} is not here (apt-get install ${debianPackage})` }
}

/**
 * One schema for all documents, for tools that take one: by its kind, each document is held against the schema that the
 * engine holds it against.
 */
export async function writeCombinedSchema(checkout: string, file: string): Promise<void> {
  const generated = join(checkout, 'engine', 'generated', 'kinds.ts')
  if (!existsSync(generated)) throw new Error('engine/generated is missing; npm run build makes it')
  const { kinds, fragments } = (await import(generated)) as typeof import('../engine/generated/kinds.ts')
  const allOf = [...kinds.values()].map((kind) => ({
    if: { properties: { kind: { const: kind.name } }, required: ['kind'] },
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
    then: documentSchema(kind.name, anonymous(fragments.get('urn:plumbline:v1:metadata') ?? {}), { ...kind.schema }),
  }))
  const schema = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', required: ['kind'], allOf }
  writeFileSync(file, JSON.stringify(schema))
}

function anonymous({ $id: _, $schema: __, ...schema }: JsonObject): JsonObject {
  return schema
}

/** What yamllint is told: only to read the files and to say what is no YAML, without its opinions on style. */
export function writeYamllintSettings(file: string): void {
  writeFileSync(file, dump({ rules: { 'key-duplicates': 'enable' } }))
}
