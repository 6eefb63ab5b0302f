import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { withLock } from '../fleet/harness/lock.ts'

const exec = promisify(execFile)

/** The package is hundreds of megabytes, of which one file is wanted: it is fetched apart from the dependencies. */
const version = '23.0.2'
const integrity = 'sha512-pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=='
const inside = 'package/generated/api.github.com.json'

export type Json = Readonly<Record<string, unknown>>

/** GitHub's published OpenAPI description, or why it can't be had. */
export type Description = { readonly document: Json } | { readonly unavailable: string }

let loading: Promise<Description> | undefined

/** Reads it, fetched from the npm registry the first time on a machine. Throws where tests are required to be complete. */
export function githubDescription(): Promise<Description> {
  loading ??= load()
  return loading
}

async function load(): Promise<Description> {
  try {
    return { document: JSON.parse(readFileSync(await cached(), 'utf8')) as Json }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    const because = said.split('\n').slice(0, 3).join('; ')
    if (process.env['PLUMBLINE_FLEET'] === 'required')
      throw new Error(`GitHub's OpenAPI description is required here: ${because}`)
    return { unavailable: `GitHub's OpenAPI description can't be had: ${because}` }
  }
}

async function cached(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'plumbline-tests')
  const file = join(cache, `api.github.com-${version}.json`)
  if (existsSync(file)) return file
  mkdirSync(cache, { recursive: true })
  await withLock(join(cache, '.lock'), async () => {
    if (!existsSync(file)) await fetchInto(cache, file)
  })
  return file
}

async function fetchInto(cache: string, file: string): Promise<void> {
  const partial = mkdtempSync(join(cache, '.partial-'))
  try {
    // npm knows the machine's registry, proxies and certificates.
    const soon = ['--fetch-retries=2', '--fetch-retry-mintimeout=500', '--fetch-retry-maxtimeout=2000']
    const pack = ['pack', `@octokit/openapi@${version}`, '--loglevel=error', '--pack-destination', partial, ...soon]
    await exec('npm', pack, { cwd: partial, timeout: 240_000 })
    const archive = join(partial, `octokit-openapi-${version}.tgz`)
    const digest = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (digest !== integrity) throw new Error(`the package has the digest ${digest}, and not ${integrity}`)
    await exec('tar', ['-xzf', archive, '-C', partial, inside])
    renameSync(join(partial, inside), file)
  } finally {
    rmSync(partial, { recursive: true, force: true })
  }
}
