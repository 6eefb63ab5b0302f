import { describe } from 'vitest'
import { availability, fleetIsRequired } from './availability.ts'

/**
 * A suite that needs real hosts. Where there can be none it is skipped and its title says why; with PLUMBLINE_FLEET=required that is a failure.
 * Await it: `await describeFleet('apply', () => { … })`.
 */
export async function describeFleet(title: string, suite: () => void): Promise<void> {
  const available = await availability()
  if (available.ok) {
    describe(title, suite)
    return
  }
  if (fleetIsRequired())
    throw new Error(`PLUMBLINE_FLEET=required, but there can be no hosts here: ${available.because}`)
  describe.skip(`${title} (skipped, because ${available.because})`, suite)
}
