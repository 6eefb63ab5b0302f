import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { environmentOf, prepareRoot } from '../../adapters/simulated/simulated-root.ts'
import { quote, render } from '../../model/script.ts'
import { resource } from './index.ts'
import type { DownloadSpec } from './spec.ts'

const root = prepareRoot(mkdtempSync(join(tmpdir(), 'plumbline-download-')), 'down-01')
const asked: IncomingMessage[] = []
let server: Server
let base: string
let child: ChildProcess

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request)
    const to: Record<string, string> = { '/moved': '/one', '/file': 'file:///etc/passwd' }
    const location = to[request.url ?? '']
    if (location !== undefined) response.writeHead(302, { location })
    else if (request.url !== '/one') response.writeHead(404)
    response.end('one\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(root.folder, 'opt'))
})
afterAll(() => {
  server.close()
  rmSync(root.folder, { recursive: true, force: true })
})

const sum = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`

/** Fetches on a simulated host: asynchronously, since the server is in this process. */
function fetched(spec: Omit<DownloadSpec, 'path'>, without?: string) {
  const wanted = resource.normalise({ path: '/opt/x', checksum: sum('one\n'), ...spec })
  const named = { id: 'download:/opt/x', type: 'download', name: '/opt/x', spec: wanted } as const
  const rest = { declaredBy: [], requires: [], restartOn: [] }
  const { script } = resource.steps({ verb: 'create', resource: { ...named, ...rest }, have: null, fields: [] })
  const hide = without === undefined ? '' : `command() { case $2 in ${without}) return 1 ;; *) type "$2" ;; esac; }\n`
  return new Promise<{ readonly code: number | null; readonly stderr: string; readonly left: readonly string[] }>(
    (done) => {
      child = spawn('/bin/sh', [], { env: environmentOf(root) })
      let stderr = ''
      child.stderr?.on('data', (chunk) => {
        stderr += chunk
      })
      child.on('close', (code) => done({ code, stderr, left: readdirSync(join(root.folder, 'opt')) }))
      child.stdin?.end(`R=${quote(root.folder)}\n${hide}${render(script)}`)
    },
  )
}

const clean = () => rmSync(join(root.folder, 'opt/x'), { force: true })

describe.each([
  ['curl', undefined],
  ['wget', 'curl'],
])('a download by %s', (_tool, without) => {
  it('puts in place what has the right checksum, and nothing else', async () => {
    expect(await fetched({ url: `${base}/one` }, without)).toMatchObject({ code: 0, left: ['x'] })
    expect(readFileSync(join(root.folder, 'opt/x'), 'utf8')).toBe('one\n')
    clean()
    const wrong = await fetched({ url: `${base}/one`, checksum: sum('two\n') }, without)
    expect(wrong).toMatchObject({ code: 1, left: [] })
    expect(wrong.stderr).toContain(`what was fetched has the checksum ${sum('one\n')}, not ${sum('two\n')}`)
  })

  it('fails where the server does, and where there is too much', async () => {
    const missing = await fetched({ url: `${base}/none` }, without)
    expect(missing).toMatchObject({ code: 1, left: [] })
    expect(missing.stderr).toContain(`${base}/none could not be fetched`)
    const large = await fetched({ url: `${base}/one`, maxSize: 3 }, without)
    expect(large.stderr).toContain('larger than 3 bytes')
  })

  it('never follows to a file of the host', async () => {
    expect(await fetched({ url: `${base}/file` }, without)).toMatchObject({ code: 1, left: [] })
  })

  it('sends a header that no command line shows, and follows nowhere with it', async () => {
    asked.length = 0
    const header = `X-Key: it's $(id) "s3cret"`
    const spec = { url: `${base}/one`, header }
    expect(await fetched(spec, without)).toMatchObject({ code: 0 })
    expect(asked[0]?.headers['x-key']).toBe(`it's $(id) "s3cret"`)
    clean()
    expect((await fetched({ ...spec, url: `${base}/moved` }, without)).code).toBe(1)
    expect(asked.map((request) => request.url)).toEqual(['/one', '/moved'])
  })
})

it('follows a redirect with curl', async () => {
  expect(await fetched({ url: `${base}/moved` })).toMatchObject({ code: 0, left: ['x'] })
  clean()
})

it('refuses URLs with a password and other protocols, and does not repeat the password', () => {
  const about = { place: { file: 'a.yaml', line: 1, column: 1 }, subject: 'Profile/x' } as never
  const said = (url: string) => resource.check?.({ path: '/x', url, checksum: sum('') }, about).map((d) => d.summary)
  expect(said('https://example.org/x?y=%20')).toEqual([])
  expect(said('file:///srv/x')).toEqual([])
  expect(said('https://me:s3cret@example.org/x')?.join()).not.toContain('s3cret')
  for (const url of ['https://me@example.org/x', 'ftp://example.org/x', 'file://other/x', 'x', 'https://a b/']) {
    expect(said(url), url).toHaveLength(1)
  }
})
