import type { ForgeAccount } from '../../model/pull-request.ts'
import type { Forge } from '../../ports/forge.ts'
import { type Api, type Call, type Limits, openApi } from './api.ts'
import { keepCheck, supersedeChecks } from './checks.ts'
import { addComment, commentsOn, keepComment, react } from './comments.ts'
import { type CredentialsEnvironment, readCredentials } from './credentials.ts'
import { uploadFindings } from './findings.ts'
import { issueOf, keepIssue, setIssue } from './issues.ts'
import { keepRequest } from './keep-request.ts'
import { permissionOf } from './permission.ts'
import { githubPlace, type PlaceEnvironment } from './place.ts'
import { openPages, requestOf, requestsOf } from './requests.ts'
import { readSettings } from './settings.ts'
import { type Self, whoWeAre } from './who-we-are.ts'

/**
 * The forge that GitHub is, for the repository that the environment or the address of the remote names; undefined where neither
 * does. Nothing is asked, and no credentials are read, before somebody asks for something.
 *
 * @param remote address of the remote
 */
export function openGithubForge(
  env: PlaceEnvironment & CredentialsEnvironment,
  remote: string | undefined,
  limits?: Limits,
): Forge | undefined {
  const place = githubPlace(env, remote)
  if (place === undefined) return undefined
  const { host, repository, url } = place
  const opened = once(async (): Promise<Api> => openApi(place, await readCredentials(env), limits))
  const call = async <Result>(work: (call: Call) => Promise<Result>): Promise<Result> => (await opened()).call(work)
  const self: Self = once((): Promise<ForgeAccount> => call(whoWeAre))
  return {
    place: { host, repository, url },
    self,
    requests: (commit) => call((c) => requestsOf(c, commit, self)),
    request: (number) => call((c) => requestOf(c, number, self)),
    openRequests: (only) => call((c) => openPages(c, only)),
    keepRequest: (wanted) => call((c) => keepRequest(c, wanted)),
    closeRequest: (number) =>
      call(async (c) => {
        await c.ask(`closing pull request ${number}`, (rest, at) =>
          rest.pulls.update({ ...at, pull_number: number, state: 'closed' }),
        )
      }),
    comments: (number) => call((c) => commentsOn(c, number)),
    keepComment: (number, marker, body) => call((c) => keepComment(c, number, marker, body, self)),
    addComment: (number, body) => call((c) => addComment(c, number, body)),
    react: (comment, how) => call((c) => react(c, comment, how)),
    keepCheck: (check) => call((c) => keepCheck(c, check, self)),
    supersedeChecks: (name, commit, except, because) =>
      call((c) => supersedeChecks(c, name, commit, except, because, self)),
    keepIssue: (marker, wanted) => call((c) => keepIssue(c, marker, wanted, self)),
    issue: (number) => call((c) => issueOf(c, number)),
    setIssue: (number, state) => call((c) => setIssue(c, number, state)),
    permission: (account) => call((c) => permissionOf(c, account)),
    uploadFindings: (upload) => call((c) => uploadFindings(c, upload)),
    settings: (branches, environments) => call((c) => readSettings(c, branches, environments)),
  }
}

/** Keeps what came of it, unless it failed. */
function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
}
