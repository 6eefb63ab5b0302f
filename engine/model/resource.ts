import type { Address } from './address.ts'
import type { CodeBook, Diagnostic } from './diagnostic.ts'
import type { Json, JsonObject, Place } from './document.ts'
import type { Script } from './script.ts'

/** Identity of a resource on its host: `type:name`, for example `file:/etc/motd`. */
export type ResourceId = `${string}:${string}`

/** A document that asks for a resource, and where. */
export interface Declaration {
  readonly address: Address
  readonly place: Place
}

/** One thing that shall be so on a host. */
export interface Resource<Spec = JsonObject> {
  readonly id: ResourceId
  readonly type: string
  readonly name: string
  /** Normalised; `ensure: absent` asks for removal. */
  readonly spec: Spec
  readonly declaredBy: readonly Declaration[]
  /** Resources that must be done before. */
  readonly requires: readonly ResourceId[]
  /** Those of `requires` that nobody wrote: its type knows them (`ResourceType.after`). */
  readonly inferred?: readonly ResourceId[]
  /** Resources whose change makes this one restart (services only, for now). */
  readonly restartOn: readonly ResourceId[]
}

/** Everything that shall be so on one host, sorted by id. */
export interface Catalogue {
  /** Name of the `Host` document. */
  readonly host: string
  readonly resources: readonly Resource[]
}

/** What a host printed for one probe. Output is data: capped, and never put into a command. */
export interface ProbeOutput {
  /** Bytes decoded as UTF-8; what is not UTF-8 arrives as U+FFFD. */
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Why nothing can be said about a resource. */
export interface Unknown {
  /** `unreachable` etc. come from the session; types use `no-permission`, `missing-tool`, `unparsable`, `unsupported`. */
  readonly reason: string
  /** For people; control bytes already escaped. */
  readonly detail: string
}

/**
 * What was seen of one resource. `state` holds only what is compared (never contents or secrets: their digests);
 * `excerpt` is text that a plan may show beside it and nothing records.
 */
export type Observation<State = JsonObject> =
  | { readonly status: 'present'; readonly state: State; readonly excerpt?: string }
  | { readonly status: 'absent' }
  | { readonly status: 'unknown'; readonly unknown: Unknown }

/** One field of a resource that differs. Values are JSON; where `sensitive`, they are left out. */
export interface FieldChange {
  readonly path: string
  readonly before?: Json
  readonly after?: Json
  readonly sensitive?: true
  /** Two texts to show as a line diff (content of a file). Nothing records them. */
  readonly text?: { readonly before: string; readonly after: string }
}

export type Verb = 'create' | 'update' | 'delete' | 'restart'

/** Ordered from the firmest promise to none; see the table in the rollback guide. */
export type Reversibility = 'exact' | 'inverse' | 'best-effort' | 'irreversible'

/** What has to be done to one resource. */
export interface Change<Spec = JsonObject, State = JsonObject> {
  readonly verb: Verb
  readonly resource: Resource<Spec>
  /** null: it is not there. */
  readonly have: State | null
  readonly fields: readonly FieldChange[]
}

/** How a change is carried out on the host. */
export interface Step {
  /** For people: `install nginx 1.22.1-9`. */
  readonly summary: string
  readonly script: Script
  readonly reversibility: Reversibility
  /** Files that the script replaces or removes: kept on the host first (`/var/lib/plumbline/preimages/SHA256`), each with the digest it must still have. */
  readonly preimages?: readonly { readonly path: string; readonly sha256: string }[]
  /** True where the step could lock the engine out: a second login is proved before it is kept. Needs `inverse`. */
  readonly access?: boolean
  /**
   * What has to follow, and is enough once for all steps in a row that name the same: systemd reads its unit files again. It is
   * run before the first step that names something else, and in any case before the host is left.
   */
  readonly settle?: { readonly name: string; readonly script: Script }
  /** Takes the step back at once: used by the dead-man timer of access steps. */
  readonly inverse?: Script
}

/** One thing found on a host: as a document would say it, or named and left out (a private key is never read out). */
export type Discovered<Spec = JsonObject> =
  | {
      readonly spec: Spec
      /** Files that it accounts for, beside those of `paths`. */
      readonly claims?: readonly string[]
    }
  | { readonly leftOut: string; readonly because: string; readonly claims?: readonly string[] }

/**
 * Something that can be managed on a target: one folder `engine/resources/<type>/`. Pure.
 * `Spec` is what documents say (schema.yaml in the same folder), `State` what a probe saw, in comparable form.
 */
export interface ResourceType<Spec = JsonObject, State = JsonObject> {
  readonly name: string
  /** Order on a host where nothing else is said: lower first, removals in reverse. */
  readonly rank: number
  readonly codes?: CodeBook
  /** The name part of the resource's id. */
  identify(spec: Spec): string
  /** Further checks that a schema can't express. */
  check?(spec: Spec, report: { readonly place: Place; readonly subject: Address }): readonly Diagnostic[]
  /** So that equal things compare equal: defaults filled in, lists sorted. */
  normalise(spec: Spec): Spec
  /** One read-only fragment for all resources of this type on a host. */
  probe(specs: readonly Spec[]): Script
  /** One observation for each spec, in the same order; never throws, whatever the host printed. */
  parse(specs: readonly Spec[], output: ProbeOutput): readonly Observation<State>[]
  /**
   * What looking at the resource makes its host do by a document's own words: run a check, ask a server. Nothing of a change may
   * happen before somebody agreed to it: until the same words stand in the target branch, the resource is looked at with
   * `without` instead, which must not look as wanted.
   */
  readonly runs?: { words(spec: Spec): Json | undefined; without(spec: Spec): Spec }
  /** What differs; empty where nothing does. `have` null: the resource is not there (then `want` is not `absent`). */
  diff(want: Spec, have: State | null, excerpt: string | undefined): readonly FieldChange[]
  /** True where the spec asks that the resource be gone. */
  isAbsent(spec: Spec): boolean
  steps(change: Change<Spec, State>): Step
  /** What the same output shows beside the resources that are declared: findings for people, never acted upon. */
  notices?(specs: readonly Spec[], output: ProbeOutput, host: string): readonly Diagnostic[]
  /** Resources that go before it where they are declared too, so that nobody has to write what is obvious. */
  after?(spec: Spec): readonly ResourceId[]
  /**
   * Files on the host that hold the resource. Their stat tells whether it may have changed at all, and when and by whom it
   * was touched; import takes them for accounted for. Left out where files don't tell.
   */
  paths?(spec: Spec): readonly string[]
  /**
   * Whether those files are the resource's own, or hold something of it among what belongs to others. Two that own the same
   * file whole, or one whole and one in part, are a mistake. Left out where nobody else would write there.
   */
  readonly owns?: 'whole' | 'part'
  /**
   * Files whose stat tells whether anything of these resources may have changed: a host that is looked at again is asked for
   * that first. Left out where files don't tell; then the whole probe is made each time.
   */
  watch?(specs: readonly Spec[]): readonly string[]
  /** What is there that nobody declared and that the distribution does not bring along: what import writes. */
  readonly discover?: {
    /** One read-only fragment; its output is hostile like any other. */
    readonly probe: Script
    parse(output: ProbeOutput): readonly Discovered<Spec>[]
  }
  /** The spec that brings a recorded state back; null where that can't be promised. Content comes back from the pre-image it names. */
  restore(name: string, state: State | null): Spec | null
  /**
   * What a document says where it wants what is there, where that is another thing than `restore`, which may name copies that
   * only the host has; null where no document can say it.
   */
  adopt?(name: string, state: State): Spec | null
}
