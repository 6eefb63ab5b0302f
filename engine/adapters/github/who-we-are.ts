import type { ForgeAccount } from '../../model/pull-request.ts'
import { accountOf, fieldsOf, word } from './answers.ts'
import type { Call } from './api.ts'
import { GithubError } from './github-error.ts'

/** The account that we are there, asked once. */
export type Self = () => Promise<ForgeAccount>

/** The account that our credentials stand for. */
export async function whoWeAre(call: Call): Promise<ForgeAccount> {
  const what = 'asking who we are'
  const slug = await call.app?.slug()
  if (slug !== undefined) {
    const username = `${word(slug, 'slug of the app', /^[\w-]{1,100}$/)}[bot]`
    return accountOf(await call.ask(what, (rest) => rest.users.getByUsername({ username })), 'account of the app')
  }
  try {
    return accountOf(await call.ask(what, (rest, { request }) => rest.users.getAuthenticated({ request })), 'account')
  } catch (error) {
    // The token of a workflow's job stands for an app, which this is not open to; what asks for its viewer is.
    if (!(error instanceof GithubError) || error.code !== 'github-refused') throw error
  }
  const answer = fieldsOf(await call.graphql(what, 'query { viewer { login databaseId } }'), 'viewer')
  const viewer = fieldsOf(fieldsOf(answer['data'], 'viewer')['viewer'], 'viewer')
  return accountOf({ login: viewer['login'], id: viewer['databaseId'] }, 'viewer')
}

/** Slug of the app that an account belongs to; undefined where it is a person's. */
export function appOf(account: ForgeAccount): string | undefined {
  return account.login.endsWith('[bot]') ? account.login.slice(0, -'[bot]'.length) : undefined
}
