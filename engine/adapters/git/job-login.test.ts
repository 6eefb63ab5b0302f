import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { GitProcess } from './git-process.ts'
import { jobLogin } from './job-login.ts'
import { scratchFolder, testRepository } from './test-repository.ts'

const job = { GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'ghs_canary', GITHUB_SERVER_URL: 'https://github.example.org' }

describe('whether a job logs in', () => {
  it.each([
    ['no job runs', 'fetch', { ...job, GITHUB_ACTIONS: undefined }],
    ['there is no token', 'fetch', { ...job, GITHUB_TOKEN: '' }],
    ['the token would break a header', 'fetch', { ...job, GITHUB_TOKEN: 'a\nHost: b' }],
    ['the server is not reached safely', 'fetch', { ...job, GITHUB_SERVER_URL: 'http://github.example.org' }],
    ['the server is no address of one', 'fetch', { ...job, GITHUB_SERVER_URL: 'https://a@b/c' }],
    ['nothing is asked of a remote', 'merge-tree', job],
  ])('not where %s', (_why, command, env) => {
    expect(jobLogin(command, env)).toEqual({})
  })
})

describe('git in a job', () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(404).end()
  })
  let url = ''
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    vi.unstubAllEnvs()
    server.close()
  })

  const asked = async (remote: string): Promise<readonly (string | undefined)[]> => {
    const { dir, git } = testRepository(scratchFolder())
    git('config', `http.${url}/.extraHeader`, 'Authorization: Basic left-by-a-checkout')
    const process = new GitProcess(dir)
    process.plainHttp = true
    seen.length = 0
    await process.run(['ls-remote', '--end-of-options', remote])
    return [...new Set(seen)]
  }

  it('shows the token to the server of the job and to no other, and once', async () => {
    for (const [name, value] of Object.entries({ ...job, GITHUB_SERVER_URL: url })) vi.stubEnv(name, value)
    const basic = Buffer.from('x-access-token:ghs_canary').toString('base64')
    expect(await asked(`${url}/lantern/estate.git`)).toEqual([`Basic ${basic}`])
    vi.stubEnv('GITHUB_SERVER_URL', 'https://github.example.org')
    expect(await asked(`${url}/lantern/estate.git`)).toEqual(['Basic left-by-a-checkout'])
  })
})
