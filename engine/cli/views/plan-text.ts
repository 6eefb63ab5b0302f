import { nameOf } from '../../model/address.ts'
import { causeText, fieldText, lineDiff, plainFields } from '../../model/change-text.ts'
import { escapeControls } from '../../model/escape.ts'
import type { Action, Plan, Risk, RollbackPromise, WavePlan } from '../../model/plan.ts'
import type { Verb } from '../../model/resource.ts'
import type { Colors } from '../terminal.ts'
import { columns, count } from './columns.ts'
import { diagnosticsText } from './diagnostics-text.ts'
import { wrap } from './wrap.ts'

/** What stands beside the plan and is not part of it. */
export interface PlanContext {
  readonly colors: Colors
  /** Who agreed and what is missing; see the approvals view. */
  readonly approvals: readonly string[]
  readonly savedTo?: string
  /** The command to run next. */
  readonly next?: string
  /** Longest line diff shown for one file. */
  readonly diffLines?: number
  /** It is told as drift: no plan that anybody approves. */
  readonly drift?: boolean
  /** What else is to be said below an action. */
  readonly notes?: (action: Action) => readonly string[]
  /** Characters of a line; reasons are wrapped to it. */
  readonly width?: number
}

const marks: Record<Verb, string> = { create: '+', update: '~', delete: '-', restart: '>' }

/** A plan as a person reads it: the verdict first, one line for each action with its why, then what it takes to go on. */
export function planText(plan: Plan, context: PlanContext): string {
  const lines = [headline(plan, context), '']
  for (const host of hostsInOrder(plan)) lines.push(...hostLines(plan, host, context), '')
  if (plan.released.length > 0) {
    lines.push(
      ...plan.released.map((r) =>
        context.colors.dim(`released  ${r.host}  ${r.resource}  no longer declared; it was there before us and stays`),
      ),
      '',
    )
  }
  lines.push(...footer(plan, context))
  const findings = diagnosticsText(
    [...plan.verdict.denials, ...plan.verdict.warnings, ...plan.diagnostics],
    context.colors,
  )
  return `${lines.join('\n')}\n${findings === '' ? '' : `\n${findings}`}`
}

function headline(plan: Plan, { colors: c, drift }: PlanContext): string {
  const id = plan.subject.plan.slice('sha256:'.length, 'sha256:'.length + 7)
  const environments = [...new Set(plan.waves.map((w) => w.environment))]
  const onto = environments.length === 0 || drift === true ? '' : ` onto ${environments.join(', ')}`
  const unknown = plan.unknowns.length === 0 ? '' : `, ${c.yellow(count(plan.unknowns.length, 'unknown'))}`
  const left = plan.ignored === undefined ? '' : `, ${count(plan.ignored.length, 'difference')} ignored`
  // Where something could not be seen, nobody knows that there is nothing to do.
  const blind = plan.desiredOnly === true
  const idle = blind ? c.green('documents change nothing') : c.green('nothing to do')
  const none = plan.unknowns.length === 0 ? idle : c.yellow('nothing to do where it could be seen')
  const changes = plan.actions.length === 0 ? none : count(plan.actions.length, 'change')
  const paint = { low: c.green, medium: c.yellow, high: c.red }[plan.risk.level]
  const risk = plan.actions.length === 0 ? '' : ` · risk ${paint(`${plan.risk.score} (${plan.risk.level})`)}`
  const back =
    plan.rollbackOf === undefined
      ? ''
      : ` · takes back ${plan.rollbackOf.join(', ')}${plan.partial === true ? ' in part' : ''}`
  return `${c.bold(drift === true ? 'drift' : `plan ${id}`)}${onto} · ${plan.hosts.planned.length} of ${count(plan.hosts.total, 'host')}${blind ? c.yellow(', not looked at') : ''} · ${changes}${left}${unknown}${risk}${back}`
}

/** In the order of the waves; hosts of which nothing is known last. */
function hostsInOrder(plan: Plan): readonly string[] {
  const waves = plan.waves.flatMap((w) => w.hosts)
  const others = [...plan.actions.map((a) => a.host), ...plan.unknowns.map((u) => u.host)]
  const busy = new Set(others)
  return [...new Set([...waves, ...others])].filter((h) => busy.has(h))
}

function hostLines(plan: Plan, host: string, context: PlanContext): string[] {
  const { colors: c } = context
  const actions = plan.actions.filter((a) => a.host === host)
  const wave = plan.waves.find((w) => w.hosts.includes(host))
  const rows = actions.map((a) => [marks[a.verb], typeOf(a), what(a), causeText(a.origin), a.reversibility])
  const aligned = columns(rows, {
    indent: '  ',
    paint: (cell, column, row) => paintCell(cell, column, actions[row], c),
  })
  const lines = [`${c.bold(host)}${wave === undefined ? '' : `  ${c.dim(waveName(wave))}`}`]
  actions.forEach((action, i) => {
    lines.push(aligned[i] ?? '', ...fieldLines(action, context), ...originLines(action, c))
    lines.push(...(context.notes?.(action) ?? []).map((note) => c.dim(`      ${note}`)))
  })
  for (const u of plan.unknowns.filter((x) => x.host === host)) {
    lines.push(
      `  ${c.yellow('?')} ${u.resource ?? 'whole host'}  ${c.yellow(`unknown: ${escapeControls(u.unknown.detail)}`)} ${c.dim(`[${u.unknown.reason}]`)}`,
    )
  }
  return lines
}

const waveName = (wave: WavePlan): string => wave.name
const typeOf = (action: Action): string => action.resource.slice(0, action.resource.indexOf(':'))

function what(action: Action): string {
  const name = escapeControls(action.resource.slice(action.resource.indexOf(':') + 1))
  if (action.verb === 'restart') return `${name}  restart, after ${count(action.causedBy?.length ?? 0, 'change')} above`
  const [first] = action.fields
  return first !== undefined && fitsBeside(action) ? `${name}  ${fieldText(first)}` : name
}

/** One short field stands beside its resource; what is longer stands below, so that columns stay narrow. */
function fitsBeside({ verb, fields }: Action): boolean {
  const [only, another] = fields
  if (verb !== 'update' || only === undefined || another !== undefined || only.text !== undefined) return false
  return fieldText(only).length <= 48
}

function originLines(action: Action, c: Colors): string[] {
  const { cause, setBy } = action.origin
  if ((cause !== 'drift' && cause !== 'both') || setBy === undefined || action.verb === 'restart') return []
  const by = setBy.approvers.map((a) => nameOf(a)).join(', ')
  return [
    c.dim(
      `      commit ${setBy.commit.slice(0, 12)}, ${by === '' ? 'applied' : 'approved'} ${setBy.at.slice(0, 10)}${by === '' ? '' : ` by ${by}`}; changed on the host since, no record`,
    ),
  ]
}

function fieldLines(action: Action, context: PlanContext): string[] {
  const { colors: c } = context
  const lines: string[] = []
  if (action.verb === 'update' && !fitsBeside(action))
    lines.push(...plainFields(action.fields).map((f) => `      ${fieldText(f)}`))
  for (const field of action.fields)
    if (field.text !== undefined) lines.push(...diffLines(field.text, context.diffLines ?? 12, c))
  if (action.secrets !== undefined) lines.push(c.dim(`      with secret ${action.secrets.join(', ')}`))
  return lines
}

function diffLines(text: { readonly before: string; readonly after: string }, most: number, c: Colors): string[] {
  const all = lineDiff(text)
  const shown = all.slice(0, most).map((l) => `      ${l.startsWith('-') ? c.red(clean(l)) : c.green(clean(l))}`)
  if (all.length > most) shown.push(c.dim(`      … ${count(all.length - most, 'more line')}`))
  return shown
}

const clean = (line: string): string => escapeControls(`${line[0]} ${line.slice(1)}`)

function paintCell(cell: string, column: number, action: Action | undefined, c: Colors): string {
  if (action === undefined) return cell
  const paint = { create: c.green, update: c.yellow, delete: c.red, restart: c.cyan }[action.verb]
  if (column === 0) return paint(cell)
  if (column === 3)
    return action.origin.cause === 'drift' || action.origin.cause === 'both' ? c.magenta(cell) : c.dim(cell)
  if (column === 4) return action.reversibility === 'irreversible' ? c.red(cell) : c.dim(cell)
  return cell
}

function footer(plan: Plan, context: PlanContext): string[] {
  const { colors: c } = context
  const rows: string[][] = []
  if (plan.desiredOnly === true)
    rows.push([
      'hosts',
      'were not looked at: documents are compared with what the base wants, and nobody can approve that',
    ])
  if (plan.reach.length > 0) rows.push(['reaches', shorten(plan.reach)])
  if (plan.actions.length > 0) rows.push(...riskRows(plan.risk))
  if (plan.promises !== undefined) rows.push(['comes back', promisesText(plan.promises)])
  rows.push(...demandRows(plan.verdict))
  for (const [i, line] of context.approvals.entries()) rows.push([i === 0 ? 'approval' : '', line])
  const digest = `${plan.subject.plan.slice(0, 11)}…${plan.subject.plan.slice(-4)}`
  if (context.drift !== true)
    rows.push(['digest', context.savedTo === undefined ? digest : `${digest}, saved to ${context.savedTo}`])
  if (context.next !== undefined) rows.push(['next', context.next])
  return columns(wrapped(rows, context.width), { paint: (cell, column) => (column === 0 ? c.dim(cell) : cell) })
}

/** How much of what was done can be promised back, firmest first, and what can't. */
function promisesText(promises: readonly RollbackPromise[]): string {
  const refused = promises.filter((p) => p.how === 'refused').map((p) => `${p.resource} on ${p.host}`)
  const same = promises.filter((p) => p.how === 'nothing').length
  const classes = ['exact', 'inverse', 'best-effort', 'irreversible'] as const
  const counts = classes.flatMap((name) => {
    const several = promises.filter((p) => p.how !== 'nothing' && p.reversibility === name).length
    return several === 0 ? [] : [name === 'best-effort' ? `${several} best-effort (tried)` : `${several} ${name}`]
  })
  return [
    ...counts,
    ...(same > 0 ? [`${same} as before already`] : []),
    ...(refused.length > 0 ? [`not promised: ${shorten(refused)}`] : []),
  ].join('; ')
}

/** One row for each factor, the heaviest first, with what anybody can look up. */
function riskRows({ factors }: Risk): string[][] {
  if (factors.length === 0) return [['risk', 'nothing that speaks of any']]
  const heaviest = [...factors].sort((a, b) => b.points - a.points)
  return heaviest.map(({ points, because, evidence = [] }, i) => {
    const told = evidence.filter((e) => !because.includes(e) && !because.includes(nameOf(e)))
    const names = told.length === 0 ? '' : `: ${escapeControls(told.join(', '))}`
    return [i === 0 ? 'risk' : '', `+${points}  ${escapeControls(because)}${names}`]
  })
}

/** What policies ask for beside approvals. */
function demandRows({ windows = [], changeType }: Plan['verdict']): string[][] {
  const asked = windows.map(({ windows: named, because }) => {
    const where = named.length === 0 ? 'a window' : named.join(' or ')
    return `only inside ${where}: ${because}`
  })
  const rows = asked.map((line, i) => [i === 0 ? 'window' : '', line])
  return changeType === undefined ? rows : [...rows, ['type', 'a normal change, whatever template may fit']]
}

/** Long reasons go on below themselves. */
function wrapped(rows: readonly (readonly string[])[], width: number | undefined): readonly (readonly string[])[] {
  if (width === undefined) return rows
  const label = Math.max(...rows.map(([name = '']) => name.length)) + 2
  return rows.flatMap(([name = '', text = '']) =>
    // A command line stays one line, to be copied.
    (name === 'next' ? [text] : wrap(text, Math.max(width - label, 40))).map((line, i) => [i === 0 ? name : '', line]),
  )
}

function shorten(addresses: readonly string[]): string {
  const most = 6
  return addresses.length <= most
    ? addresses.join(', ')
    : `${addresses.slice(0, most).join(', ')} and ${addresses.length - most} more`
}
