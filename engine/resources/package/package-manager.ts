import type { Observation } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import type { PackageSpec, PackageState, Pin } from './spec.ts'

/** A way to have packages. The host says which one it has; a new one is a file beside this and an entry in `managers.ts`. */
export interface PackageManager {
  /** Word that the probe prints. */
  readonly name: string
  /** A condition: the target is kept by this manager. */
  readonly detect: Script
  /** Prints what it knows of the packages given, for `parse`; at last `end`. */
  query(names: readonly string[]): Script
  parse(specs: readonly PackageSpec[], lines: readonly string[]): readonly Observation<PackageState>[]
  install(name: string, version: string | undefined): Script
  /** Removes one package and fails where others would go with it. */
  remove(name: string): Script
  /** Keeps a package as it is whatever is upgraded, or lets it go again. */
  hold(name: string, held: boolean): Script
  /** Says which of several versions is taken; undefined takes that back. Left out where the manager knows no such thing. */
  pin?(name: string, pin: Pin | undefined): Script
  /** Prints what somebody asked for, beyond what is on every host, for `found`; at last `end`. Left out where nobody can tell. */
  readonly wanted?: Script
  found?(lines: readonly string[]): readonly PackageSpec[]
}
