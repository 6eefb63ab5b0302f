/** What a figure is: its name, what it says, and whether it only grows. */
interface Figure {
  readonly help: string
  readonly type: 'counter' | 'gauge'
}

const figures = {
  plumbline_http_responses_total: { help: 'Requests that were answered.', type: 'counter' },
  plumbline_hooks_total: { help: 'Hooks whose signature was good, by what became of them.', type: 'counter' },
  plumbline_event_posts_total: { help: 'Deliveries of events, by what became of them.', type: 'counter' },
  plumbline_tasks_total: { help: 'Tasks that ended, by how.', type: 'counter' },
  plumbline_task_seconds_total: { help: 'Time that tasks took.', type: 'counter' },
  plumbline_tasks_running: { help: 'Tasks under way.', type: 'gauge' },
  plumbline_inbox_waiting: { help: 'Tasks that wait, or are under way.', type: 'gauge' },
  plumbline_inbox_failed: { help: 'Tasks that were given up.', type: 'gauge' },
} as const satisfies Record<string, Figure>

type FigureName = keyof typeof figures
type Labels = Readonly<Record<string, string>>

export interface Counters {
  add(name: FigureName, labels: Labels, by?: number): void
  set(name: FigureName, value: number): void
  /** Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string
}

/** Figures of one process. Labels have to be words of ours: whoever sends something must not make new rows. */
export function openCounters(): Counters {
  const rows = new Map<FigureName, Map<string, number>>()
  const put = (name: FigureName, labels: Labels, change: (before: number) => number): void => {
    const of = rows.get(name) ?? new Map<string, number>()
    const key = labelText(labels)
    rows.set(name, of.set(key, change(of.get(key) ?? 0)))
  }
  return {
    add: (name, labels, by = 1) => put(name, labels, (before) => before + by),
    set: (name, value) => put(name, {}, () => value),
    text: () =>
      Object.entries(figures)
        .flatMap(([name, { help, type }]) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...[...(rows.get(name as FigureName) ?? [])].map(([labels, value]) => `${name}${labels} ${value}`),
        ])
        .map((line) => `${line}\n`)
        .join(''),
  }
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, '_')}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
