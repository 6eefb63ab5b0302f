import type { Generated } from 'kysely'

export interface Tables {
  /** What parts were seen to hold, each once. */
  readonly contents: {
    readonly digest: string
    readonly body: Uint8Array
  }
  readonly snapshots: {
    readonly id: Generated<number>
    readonly host: string
    readonly since: string
    readonly seen: string
    readonly digest: string
    readonly commit_id: string | null
    /** JSON: name of a part → digest of its content. */
    readonly parts: string
    /** JSON: name of a part → when it was last looked at. */
    readonly looks: string
    readonly fleeting: string | null
  }
}
