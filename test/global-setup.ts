import { execFileSync } from 'node:child_process'

/** The registry, types and validators are generated and not committed: tests always see fresh ones. */
export default function setup(): void {
  execFileSync(process.execPath, ['--import', 'tsx', 'scripts/generate.ts'], { stdio: 'inherit' })
}
