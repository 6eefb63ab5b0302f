/** What talks to a remote. */
const networked = new Set(['fetch', 'push', 'ls-remote'])

type Environment = Readonly<Record<string, string | undefined>>

/**
 * How git logs in to the forge that a job of GitHub Actions runs for: with the job's own token, which then need not be kept in the clone,
 * where every later step could read it. It goes in the environment, not on the command line; git sends it to that server alone, and in
 * place of what a checkout may have left. Nothing where no job runs, or for another command than those that talk to a remote.
 */
export function jobLogin(command: string | undefined, env: Environment): Readonly<Record<string, string>> {
  const { GITHUB_ACTIONS, GITHUB_TOKEN = '', GITHUB_SERVER_URL: server = 'https://github.com' } = env
  if (GITHUB_ACTIONS !== 'true' || command === undefined || !networked.has(command)) return {}
  const ours = /^(?:https:\/\/[\w.-]+(?::\d+)?|http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)(?::\d+)?)\/?$/.test(server)
  if (!ours || !/^[\x21-\x7e]{1,4000}$/.test(GITHUB_TOKEN)) return {}
  const key = `http.${server.replace(/\/$/, '')}/.extraHeader`
  const header = `Authorization: Basic ${Buffer.from(`x-access-token:${GITHUB_TOKEN}`).toString('base64')}`
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: key,
    // Two such headers, one of them left by a checkout, are refused.
    GIT_CONFIG_VALUE_0: '',
    GIT_CONFIG_KEY_1: key,
    GIT_CONFIG_VALUE_1: header,
  }
}
