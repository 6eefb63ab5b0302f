import type { CheckConclusion } from '../../model/pull-request.ts'
import type { CheckAnnotation, Kept, WantedCheck } from '../../ports/forge.ts'
import { fieldsOf } from './answers.ts'
import type { Call } from './api.ts'
import { sameText } from './comments.ts'
import { GithubError, maybeDone } from './github-error.ts'
import { makeOnce } from './make-once.ts'
import { type CheckRun, readCheckRun } from './read-request.ts'
import { ownRuns } from './runs.ts'
import type { Self } from './who-we-are.ts'

/** GitHub takes so many with one request, adds those of the next, and never takes one back. */
const annotationsAtOnce = 50

type Conclusion = 'success' | 'failure' | 'action_required' | 'neutral'
const conclusionFor = (conclusion: CheckConclusion): Conclusion =>
  conclusion === 'action-required' ? 'action_required' : conclusion

/**
 * The newest of our checks of this name is the one that counts for GitHub. So it is replaced where it is of the same key; where a
 * check of another key came after the one of this key, a new one is made, lest the other one count.
 */
export async function keepCheck(call: Call, check: WantedCheck, self: Self): Promise<Kept> {
  const wanted = check.annotations.map(asWritten)
  const find = async () => {
    const newest = (await runsFor(call, check, self)).at(-1)
    if (newest === undefined || newest.key !== check.key) return undefined
    const there = await annotationsOf(call, newest)
    return isPart(there, wanted) ? { run: newest, there } : undefined
  }
  const { thing, made } = await makeOnce(find, async () => {
    const first = wanted.slice(0, annotationsAtOnce)
    return { run: await create(call, check, first), there: first }
  })
  const { run } = thing
  const same =
    run.conclusion === check.conclusion &&
    run.title === check.title &&
    sameText(run.summary, check.summary) &&
    (check.url === undefined || run.details === check.url)
  if (same && thing.there.length === wanted.length) return { url: run.url, done: made ? 'made' : 'same' }
  if (!same) await update(call, run, bodyOf(check, []))
  await addMissing(call, check, run, thing.there, wanted)
  return { url: run.url, done: made ? 'made' : 'changed' }
}

async function runsFor(call: Call, { name, commit }: Pick<WantedCheck, 'name' | 'commit'>, self: Self) {
  const runs = await ownRuns(call, commit, name, self)
  if (runs !== undefined) return runs
  const hint = 'run it in a workflow, or as an app: set PLUMBLINE_GITHUB_APP_ID and PLUMBLINE_GITHUB_APP_KEY'
  throw new GithubError('github-refused', `writing the check ${name}: only apps have checks on GitHub, people don't`, {
    hint,
  })
}

async function create(call: Call, check: WantedCheck, annotations: readonly WrittenAnnotation[]): Promise<CheckRun> {
  const { name, commit, key } = check
  const answer = await call.ask(`writing the check ${name}`, (rest, at) =>
    rest.checks.create({ ...at, name, head_sha: commit, external_id: key, ...bodyOf(check, annotations) }),
  )
  return readCheckRun(answer, call.place)
}

function bodyOf(check: WantedCheck, annotations: readonly WrittenAnnotation[]) {
  const { title, summary, url } = check
  return {
    status: 'completed' as const,
    conclusion: conclusionFor(check.conclusion),
    ...(url !== undefined && { details_url: url }),
    output: { title, summary, ...(annotations.length > 0 && { annotations: [...annotations] }) },
  }
}

async function update(call: Call, run: CheckRun, body: ReturnType<typeof bodyOf>, repeatable = true): Promise<void> {
  await call.ask(`replacing the check ${run.name}`, (rest, at) =>
    rest.checks.update({
      ...{ ...at, check_run_id: run.id, ...body },
      request: { ...at.request, repeatable },
    }),
  )
}

/** Adds what is missing: never blindly again, for what is added twice is there twice. */
async function addMissing(
  call: Call,
  check: WantedCheck,
  run: CheckRun,
  there: readonly WrittenAnnotation[],
  wanted: readonly WrittenAnnotation[],
): Promise<void> {
  let missing = without(wanted, there)
  for (let failures = 0; missing.length > 0; ) {
    try {
      await update(call, run, bodyOf(check, missing.slice(0, annotationsAtOnce)), false)
      missing = missing.slice(annotationsAtOnce)
    } catch (error) {
      failures += 1
      const lost = error instanceof GithubError && (maybeDone(error) || error.code === 'github-unreachable')
      if (!lost || failures > 3) throw error
      missing = without(wanted, await annotationsOf(call, run))
    }
  }
}

interface WrittenAnnotation {
  readonly path: string
  readonly start_line: number
  readonly end_line: number
  readonly annotation_level: CheckAnnotation['level']
  readonly title: string
  readonly message: string
}

function asWritten({ path, line, endLine = line, level, title, message }: CheckAnnotation): WrittenAnnotation {
  // As long as GitHub takes them.
  const [short, long] = [title.slice(0, 255), message.slice(0, 60_000)]
  return { path, start_line: line, end_line: endLine, annotation_level: level, title: short, message: long }
}

async function annotationsOf(call: Call, run: CheckRun): Promise<readonly WrittenAnnotation[]> {
  const listed = await call.list(`reading the annotations of ${run.name}`, (rest, at) =>
    rest.checks.listAnnotations.endpoint({ ...at, check_run_id: run.id, per_page: 100 }),
  )
  return listed.map((value) => {
    const { path, start_line, end_line, annotation_level, title, message } = fieldsOf(value, 'an annotation')
    return { path, start_line, end_line, annotation_level, title, message } as WrittenAnnotation
  })
}

const idOf = (annotation: WrittenAnnotation): string =>
  JSON.stringify([
    ...[annotation.path, annotation.start_line, annotation.end_line, annotation.annotation_level],
    ...[annotation.title, annotation.message],
  ])

/** Of two equal ones, one there takes one away. */
function without(wanted: readonly WrittenAnnotation[], there: readonly WrittenAnnotation[]): WrittenAnnotation[] {
  const left = there.map(idOf)
  return wanted.filter((annotation) => {
    const at = left.indexOf(idOf(annotation))
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const isPart = (there: readonly WrittenAnnotation[], wanted: readonly WrittenAnnotation[]): boolean =>
  without(there, wanted).length === 0

const outOfDate = 'Out of date'

export async function supersedeChecks(
  call: Call,
  name: string,
  commit: string,
  except: string | undefined,
  because: string,
  self: Self,
): Promise<number> {
  const runs = await runsFor(call, { name, commit }, self)
  const old = runs.filter(
    (run) => (except === undefined || run.key !== except) && !(run.conclusion === 'neutral' && run.title === outOfDate),
  )
  for (const run of old)
    await update(call, run, {
      status: 'completed',
      conclusion: 'neutral',
      output: { title: outOfDate, summary: because },
    })
  return old.length
}
