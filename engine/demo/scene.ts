import type { Cast } from './cast.ts'
import type { DemoFolder } from './demo-folder.ts'
import type { DemoHosts } from './demo-hosts.ts'
import type { Stage } from './stage.ts'

/** What every chapter of the story plays with. */
export interface Scene {
  readonly stage: Stage
  readonly folder: DemoFolder
  readonly cast: Cast
  readonly hosts: DemoHosts
}
