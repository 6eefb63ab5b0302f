import { compareText } from '../model/diagnostic.ts'
import type { Attribution, DriftClues, DriftedField, DriftFinding, SeenLogin } from '../model/drift.ts'
import type { FactEvidence } from '../model/facts.ts'
import type { Action } from '../model/plan.ts'
import type { FieldChange } from '../model/resource.ts'
import type { FileClue, HostClues } from './read-clues.ts'

/** What is known about one resource that is off. */
export interface DriftInput {
  readonly action: Action
  /** The files that hold it, each with its index in what the host was asked. */
  readonly files: readonly { readonly path: string; readonly index: number }[]
  readonly clues?: HostClues
  readonly evidence?: FactEvidence
  /** Number of a change that is open and is to do something to it. */
  readonly open?: string
}

const minute = 60_000
/** How long before a change somebody may have come in, where no session tells its end. */
const loginBefore = 60 * minute
const sudoBefore = 10 * minute
/** Clocks and the order in which things are written down differ a little. */
const slack = 2 * minute
const mostLogins = 8
const mostLines = 5

/**
 * Tells a change that is yet to be applied from one that somebody made on the host, by what the host itself knows. Where
 * it knows nothing, nothing is guessed.
 */
export function attribute(input: DriftInput): DriftFinding {
  const { action, evidence, open } = input
  const waits = action.origin.cause !== 'drift' || open !== undefined
  const clues = waits ? {} : cluesOf(input)
  const found: Attribution = waits
    ? 'not-applied'
    : clues.file !== undefined || clues.packages !== undefined
      ? 'outside'
      : 'unknown'
  const { setBy } = action.origin
  return {
    host: action.host,
    resource: action.resource,
    verb: action.verb,
    attribution: found,
    fields: action.fields.map(fieldOf),
    ...(open !== undefined && { pending: open }),
    ...(setBy !== undefined && { setBy }),
    clues,
    ...(!waits && evidence !== undefined && { evidence }),
  }
}

/** What is on the host stands in a plan as `before`: for drift it is what was found, and `after` is what was applied. */
function fieldOf({ path, before, after, sensitive }: FieldChange): DriftedField {
  if (sensitive === true) return { path, sensitive }
  return { path, ...(after !== undefined && { applied: after }), ...(before !== undefined && { found: before }) }
}

function cluesOf({ action, files, clues }: DriftInput): DriftClues {
  if (clues === undefined) return {}
  // Hosts tell whole seconds.
  const since = Math.floor((Date.parse(action.origin.setBy?.at ?? '') || 0) / 1000) * 1000
  const file = newest(files.flatMap(({ path, index }) => fileClue(path, clues.files.get(index), action, since)))
  const noted = action.resource.startsWith('package:')
    ? clues.packages.filter((p) => p.at >= since && speaksOf(p.text, action.resource.slice('package:'.length)))
    : []
  const packages = noted.slice(-mostLines)
  const moments = [...(file === undefined ? [] : [Date.parse(file.at)]), ...packages.map((p) => p.at)]
  const logins = loginsAround(clues, moments, since)
  return {
    ...(file !== undefined && { file }),
    ...(packages.length > 0 && { packages: packages.map(({ at, text }) => ({ at: iso(at), text })) }),
    ...(logins.length > 0 && { logins }),
  }
}

type FileFound = NonNullable<DriftClues['file']>

/** A file that was last touched before we set it tells nothing. */
function fileClue(path: string, clue: FileClue | undefined, action: Action, since: number): readonly FileFound[] {
  if (clue === undefined) return []
  if (clue.gone) return clue.folderModified < since ? [] : [{ path, what: 'removed', at: iso(clue.folderModified) }]
  const { modified, touched, owner } = clue
  const attributesOnly =
    action.verb === 'update' && action.fields.every((f) => ['mode', 'owner', 'group'].includes(f.path))
  if (!attributesOnly && modified >= since) return [{ path, what: 'changed', at: iso(modified), owner }]
  // Whoever put an old time on the file could not put it on the inode.
  if (touched >= since)
    return [{ path, what: attributesOnly ? 'attributes changed' : 'changed', at: iso(touched), owner }]
  return []
}

const newest = (found: readonly FileFound[]): FileFound | undefined =>
  [...found].sort((a, b) => compareText(b.at, a.at) || compareText(a.path, b.path))[0]

/** `nginx:amd64` of one package manager, `nginx-1:1.20` of another; never `nginx-common`. */
const speaksOf = (text: string, name: string): boolean =>
  text.includes(` ${name}:`) ||
  (text.includes(` ${name}-`) && /^\d/.test(text.slice(text.indexOf(` ${name}-`) + name.length + 2)))

/** Who was there when it happened; where nothing tells when, who was there last. */
function loginsAround({ logins }: HostClues, moments: readonly number[], since: number): readonly SeenLogin[] {
  const near = logins.filter((login) =>
    moments.length === 0 ? (login.until ?? login.at) >= since : moments.some((moment) => wasThere(login, moment)),
  )
  const unique = new Map<string, SeenLogin>()
  for (const { user, how, from, command, at } of [...near].sort((a, b) => b.at - a.at)) {
    const key = [user, how, from, command].join(' ')
    if (unique.has(key)) continue
    const where = { ...(from !== undefined && { from }), ...(command !== undefined && { command }) }
    unique.set(key, { user, how, ...where, at: iso(at) })
  }
  return [...unique.values()].slice(0, mostLogins)
}

function wasThere({ at, until, session, how }: HostClues['logins'][number], moment: number): boolean {
  if (at > moment + slack) return false
  if (session) return until === undefined ? true : until >= moment - slack
  return at >= moment - (how === 'sudo' ? sudoBefore : loginBefore)
}

const iso = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
