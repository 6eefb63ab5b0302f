import { emitPull, isPull } from './pull-requests.ts'
import { issueShape, labelShape } from './shapes/thread.ts'
import { type Account, type Label, type RepositoryState, type State, stamp, type Thread } from './state.ts'
import { emit } from './webhooks.ts'

/** Closes or reopens an issue or pull request, and says so. Does nothing where it is so already. */
export async function threadClosed(state: State, thread: Thread, to: 'open' | 'closed', by: Account): Promise<void> {
  if (thread.state === to) return
  thread.state = to
  thread.updatedAt = stamp(state)
  if (to === 'closed') {
    thread.closedAt = thread.updatedAt
    thread.closedBy = by
  } else {
    delete thread.closedAt
    delete thread.closedBy
  }
  const action = to === 'closed' ? 'closed' : 'reopened'
  if (isPull(thread)) await emitPull(state, thread, action, by)
  else emit(state, 'issues', thread.repository, by, { action, issue: issueShape(state, thread) })
}

/** The label of a name, made where there is none: labels of the repository are by name, whatever their case. */
export function labelNamed(state: State, repository: RepositoryState, name: string): Label {
  const known = repository.labels.find((l) => l.name.toLowerCase() === name.toLowerCase())
  if (known !== undefined) return known
  const label = { id: state.nextId(), name, color: 'ededed', description: '' }
  repository.labels.push(label)
  return label
}

export async function setLabels(state: State, thread: Thread, names: readonly string[], by: Account): Promise<void> {
  const wanted = names.map((name) => labelNamed(state, thread.repository, name))
  const removed = thread.labels.filter((l) => !wanted.includes(l))
  const added = [...new Set(wanted)].filter((l) => !thread.labels.includes(l))
  thread.labels.splice(0, thread.labels.length, ...new Set(wanted))
  const changes = [
    ...removed.map((label) => ['unlabeled', label] as const),
    ...added.map((label) => ['labeled', label] as const),
  ]
  for (const [action, label] of changes) {
    const more = { label: labelShape(state, thread.repository, label) }
    if (isPull(thread)) await emitPull(state, thread, action, by, more)
    else emit(state, 'issues', thread.repository, by, { action, issue: issueShape(state, thread), ...more })
  }
}
