import type { RecordedAction } from '../model/plan.ts'
import type { Step } from '../model/resource.ts'
import type { Script } from '../model/script.ts'

/** What steps in a row leave to be done once: see `Step.settle`. */
export class Settling {
  #name: string | undefined
  #script: Script | undefined
  /** The actions that wait for it. */
  #actions: RecordedAction[] = []

  get waiting(): boolean {
    return this.#script !== undefined
  }

  /** Remembers what a step that was sent asks for. */
  add(action: RecordedAction, { settle }: Pick<Step, 'settle'>): void {
    if (settle === undefined) return
    this.#name = settle.name
    this.#script = settle.script
    this.#actions.push(action)
  }

  /** What has to be run before this step (any, where none is given), and for which actions; it is forgotten then. */
  before(
    step?: Pick<Step, 'settle'>,
  ): { readonly script: Script; readonly actions: readonly RecordedAction[] } | undefined {
    const script = this.#script
    if (script === undefined || (step?.settle !== undefined && step.settle.name === this.#name)) return undefined
    const actions = this.#actions
    this.#name = undefined
    this.#script = undefined
    this.#actions = []
    return { script, actions }
  }
}
