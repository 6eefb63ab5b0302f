import { expect, it } from 'vitest'
import { openWorld } from '../../engine/wiring.ts'
import { openDesk } from '../cli.ts'

async function forgeOf(remote: string | undefined, env: Readonly<Record<string, string | undefined>>) {
  const desk = openDesk()
  try {
    desk.write('plumbline.yaml', '')
    desk.git('init', '--quiet', '--initial-branch', 'main')
    if (remote !== undefined) desk.git('remote', 'add', 'origin', remote)
    const none = { GITHUB_REPOSITORY: undefined, GITHUB_API_URL: undefined, GITHUB_SERVER_URL: undefined }
    const secret = { GITHUB_TOKEN: undefined, PLUMBLINE_GITHUB_APP_ID: undefined, PLUMBLINE_GITHUB_APP_KEY: undefined }
    const options = { start: desk.folder, env: { ...desk.env, ...none, ...secret, ...env }, version: '0.0.0-test' }
    const world = await openWorld({ ...options, reviews: 'forge' })
    try {
      return { forge: await world.forge(), reviews: await world.reviews() }
    } finally {
      await world.close()
    }
  } finally {
    desk.close()
  }
}

it('the forge of an estate is the GitHub that its remote is on', async () => {
  const { forge, reviews } = await forgeOf('git@github.com:lantern/estate.git', {})
  expect(forge?.place).toEqual({
    ...{ host: 'github.com', repository: 'lantern/estate', url: 'https://github.com/lantern/estate' },
  })
  expect(reviews).toBe(forge)
})

it('or the one that a workflow names', async () => {
  const { forge } = await forgeOf('git@github.com:other/estate.git', { GITHUB_REPOSITORY: 'lantern/estate' })
  expect(forge?.place.repository).toBe('lantern/estate')
})

it('says that it has no credentials once it is asked something, and what to do', async () => {
  const { forge } = await forgeOf('git@github.com:lantern/estate.git', {})
  await expect(forge?.requests('a'.repeat(40))).rejects.toMatchObject({
    code: 'github-credentials',
    hint: expect.stringContaining('GITHUB_TOKEN'),
  })
})

it('is the plain repository that its remote is, under a name that no forge has', async () => {
  const { forge, reviews } = await forgeOf('ssh://git@git.lantern.example/lantern/estate.git', {})
  expect(forge?.place).toMatchObject({ host: 'git.lantern.example.invalid', repository: 'lantern/estate' })
  expect(reviews).toBe(forge)
})

it('is none without a remote', async () => {
  expect(await forgeOf(undefined, {})).toEqual({ forge: undefined, reviews: undefined })
})
