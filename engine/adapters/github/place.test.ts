import { describe, expect, it } from 'vitest'
import { githubPlace } from './place.ts'

describe('the repository is that of the remote', () => {
  it.each([
    'git@github.com:lantern/estate.git',
    'github.com:lantern/estate',
    'ssh://git@github.com/lantern/estate.git',
    'ssh://git@github.com:22/lantern/estate.git',
    'ssh://git@ssh.github.com:443/lantern/estate.git',
    'https://github.com/lantern/estate',
    'https://github.com/lantern/estate.git/',
    'https://x-access-token:t0ken@github.com/lantern/estate.git',
    'https://GitHub.com/lantern/estate.git',
  ])('%s', (remote) => {
    expect(githubPlace({}, remote)).toMatchObject({
      host: 'github.com',
      repository: 'lantern/estate',
      url: 'https://github.com/lantern/estate',
      api: 'https://api.github.com',
      graphql: 'https://api.github.com/graphql',
    })
  })

  it.each([
    'git@gitlab.example.org:lantern/estate.git',
    'https://github.com.example.org/lantern/estate.git',
    'https://example.org/github.com/lantern/estate.git',
    'https://github.com@example.org/lantern/estate.git',
    '/srv/git/estate.git',
    'file:///srv/git/github.com/estate.git',
    undefined,
  ])('and there is none at %s', (remote) => {
    expect(githubPlace({}, remote)).toBeUndefined()
  })
})

describe('the environment says which GitHub', () => {
  const enterprise = { GITHUB_SERVER_URL: 'https://git.example.org', GITHUB_API_URL: 'https://git.example.org/api/v3' }

  it('of a company, with the repository of the remote', () => {
    expect(githubPlace(enterprise, 'git@git.example.org:lantern/estate.git')).toMatchObject({
      host: 'git.example.org',
      repository: 'lantern/estate',
      api: 'https://git.example.org/api/v3',
      graphql: 'https://git.example.org/api/graphql',
    })
    expect(githubPlace(enterprise, 'git@github.com:lantern/estate.git')).toBeUndefined()
  })

  it('whose API is where it usually is, where nothing else is said', () => {
    const { GITHUB_SERVER_URL } = enterprise
    expect(githubPlace({ GITHUB_SERVER_URL }, 'git@git.example.org:a/b.git')?.api).toBe(enterprise.GITHUB_API_URL)
  })

  it('and the repository, whatever the remote is', () => {
    const place = githubPlace({ GITHUB_REPOSITORY: 'lantern/estate' }, 'git@github.com:other/estate.git')
    expect(place?.repository).toBe('lantern/estate')
  })

  it('which may be on this machine, without protection', () => {
    const env = { GITHUB_SERVER_URL: 'http://127.0.0.1:8080', GITHUB_API_URL: 'http://127.0.0.1:8080/api/v3' }
    const place = githubPlace(env, 'http://x-access-token:t@127.0.0.1:8080/lantern/estate.git')
    expect(place).toMatchObject({ host: '127.0.0.1:8080', repository: 'lantern/estate', local: true })
  })
})

describe('refuses', () => {
  it.each([
    ['an API without protection', { GITHUB_API_URL: 'http://api.example.org' }],
    ['an API that is no address', { GITHUB_API_URL: 'api.example.org' }],
    ['an API with credentials in its address', { GITHUB_API_URL: 'https://a:b@api.example.org' }],
    ['an API that is a file', { GITHUB_API_URL: 'file:///etc/passwd' }],
    ['a host that only looks like this machine', { GITHUB_API_URL: 'http://127.0.0.1.example.org' }],
    ['a repository without an owner', { GITHUB_REPOSITORY: 'estate' }],
    ['a repository that leads elsewhere', { GITHUB_REPOSITORY: '../../other' }],
    ['a repository with dots for a name', { GITHUB_REPOSITORY: 'lantern/..' }],
    ['a repository with more to it', { GITHUB_REPOSITORY: 'lantern/estate/pulls' }],
  ])('%s', (_, env) => {
    const asked = () => githubPlace({ GITHUB_REPOSITORY: 'lantern/estate', ...env }, undefined)
    expect(asked).toThrow(expect.objectContaining({ code: 'github-address' }))
  })
})
