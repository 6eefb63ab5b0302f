import type { Observation } from '../../model/resource.ts'
import type { Script } from '../../model/script.ts'
import type { PackageSpec, PackageState } from './spec.ts'

/** A way to have packages. The host says which one it has; a new one is a file beside this and an entry in `managers.ts`. */
export interface PackageManager {
  /** Word that the probe prints. */
  readonly name: string
  /** A condition: the target is kept by this manager. */
  readonly detect: Script
  /** Prints what it knows of the packages given, for `parse`. */
  query(names: readonly string[]): Script
  parse(specs: readonly PackageSpec[], lines: readonly string[]): readonly Observation<PackageState>[]
  install(name: string, version: string | undefined): Script
  /** Removes one package and fails where others would go with it. */
  remove(name: string): Script
}
