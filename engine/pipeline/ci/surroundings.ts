import { type Diagnostic, reporter } from '../../model/diagnostic.ts'
import type { Links } from '../../pull-request/told.ts'
import { codes } from '../codes.ts'
import { type EventHint, readEvent } from './read-event.ts'

const report = reporter(codes)
type Environment = Readonly<Record<string, string | undefined>>

/** Where a job runs, as its environment tells. */
export interface Surroundings {
  /** GitHub Actions: lines that begin with `::` are commands to it. */
  readonly inActions: boolean
  /** Files that a job writes its summary and its outputs to. */
  readonly summary?: string
  readonly outputs?: string
  readonly links: Links
  /** Why this job can log in to no host; on a person's own machine keys lie where they always do. */
  readonly blind?: string
}

export function surroundingsOf(env: Environment): Surroundings {
  const [summary, outputs] = [given(env, 'GITHUB_STEP_SUMMARY'), given(env, 'GITHUB_OUTPUT')]
  const run = runOf(env)
  const inActions = env['GITHUB_ACTIONS'] === 'true'
  const keys = [given(env, 'PLUMBLINE_SSH_KEY'), given(env, 'SSH_AUTH_SOCK')]
  return {
    inActions,
    ...(inActions &&
      keys.every((key) => key === undefined) && {
        blind: 'the job that planned it has no key to log in to hosts with',
      }),
    ...(summary !== undefined && { summary }),
    ...(outputs !== undefined && { outputs }),
    links: run === undefined ? {} : { run, artifact: `${run}#artifacts` },
  }
}

function runOf(env: Environment): string | undefined {
  const [server, repository, run] = ['GITHUB_SERVER_URL', 'GITHUB_REPOSITORY', 'GITHUB_RUN_ID'].map((n) =>
    given(env, n),
  )
  if (run === undefined || repository === undefined || !/^\d{1,20}$/.test(run)) return undefined
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository)) return undefined
  return `${server ?? 'https://github.com'}/${repository}/actions/runs/${run}`
}

/** What the event that started the job says of where to look; `{}` where no event did. */
export async function hintOf(
  env: Environment,
  readIfThere: (path: string) => Promise<string | undefined>,
): Promise<EventHint | Diagnostic> {
  const [name, path] = [given(env, 'GITHUB_EVENT_NAME'), given(env, 'GITHUB_EVENT_PATH')]
  if (name === undefined || path === undefined) return {}
  const text = await readIfThere(path)
  if (text === undefined)
    return report('event-unreadable', { summary: `there is no file ${path}, which GITHUB_EVENT_PATH names` })
  return readEvent(name, text)
}

const given = (env: Environment, name: string): string | undefined => (env[name] === '' ? undefined : env[name])
