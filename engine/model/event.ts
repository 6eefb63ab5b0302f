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
  | { readonly type: 'wave'; readonly name: string; readonly hosts: readonly string[] }
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
  | { readonly type: 'stopped'; readonly reason: string }
  | { readonly type: 'diagnostic'; readonly diagnostic: Diagnostic }

export type Emit = (event: PipelineEvent) => void

/** What became of an action: `planned = applied + failed + unknown + not-started`, always. */
export type ActionOutcome = 'applied' | 'failed' | 'unknown' | 'not-started'
