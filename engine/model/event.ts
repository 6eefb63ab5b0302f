import type { Diagnostic } from './diagnostic.ts'

/** What the pipeline tells its readers (CLI, JSON, forge, ledger). No stage prints. */
export type PipelineEvent =
  | { readonly type: 'observing'; readonly hosts: number }
  | {
      readonly type: 'observed'
      readonly host: string
      readonly ok: boolean
      readonly done: number
      readonly of: number
    }
  | { readonly type: 'lock'; readonly environment: string; readonly fence: number; readonly tookOver: boolean }
  | {
      readonly type: 'wave'
      readonly name: string
      readonly environment: string
      /** Hosts with something to do. */
      readonly hosts: readonly string[]
      /** Counted from 1, among the waves with something to do. */
      readonly number: number
      readonly of: number
    }
  | { readonly type: 'action-started'; readonly host: string; readonly action: string; readonly summary: string }
  | {
      readonly type: 'action-finished'
      readonly host: string
      readonly action: string
      readonly outcome: ActionOutcome
      readonly detail?: string
    }
  | {
      readonly type: 'gate'
      readonly wave: string
      readonly gate: string
      readonly ok: boolean
      readonly detail: string
    }
  /** Time passes until a gate is tried again, or a wave has proved itself. */
  | {
      readonly type: 'waiting'
      readonly what: string
      readonly milliseconds: number
      /** Of a gate: how often it was tried so far, and how often it may be. */
      readonly attempt?: number
      readonly of?: number
    }
  /** Changes of the past are judged again. */
  | { readonly type: 'judged'; readonly change: string; readonly done: number; readonly of: number }
  /** The index of records is made anew. */
  | { readonly type: 'indexing'; readonly records: number; readonly done?: true }
  | { readonly type: 'stopped'; readonly reason: string }
  /** What a change did is taken back by the engine, because the rollout says so. */
  | { readonly type: 'taking-back'; readonly change: string; readonly by: string; readonly actions: number }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }

export type Emit = (event: PipelineEvent) => void

/** What became of an action: `planned = applied + failed + unknown + not-started`, always. */
export type ActionOutcome = 'applied' | 'failed' | 'unknown' | 'not-started'
