import { GithubError, maybeDone } from './github-error.ts'

/** How often something is made, at most, that may have been made already. */
const mostTries = 3

/**
 * Makes what is not there, once: where the connection ended before GitHub said what it did, or somebody else was faster, it is
 * looked for before it is made again. `look` finds what was made before, by a mark on it.
 */
export async function makeOnce<Thing>(
  look: () => Promise<Thing | undefined>,
  make: () => Promise<Thing>,
): Promise<{ readonly thing: Thing; readonly made: boolean }> {
  let thing = await look()
  let made = false
  for (let left = mostTries; thing === undefined; left -= 1)
    try {
      return { thing: await make(), made: true }
    } catch (error) {
      const faster = error instanceof GithubError && error.status === 422
      if (!faster && !maybeDone(error)) throw error
      thing = await look()
      made = maybeDone(error)
      // What GitHub would not make, though it is not there, it would not make now.
      if (thing === undefined && (faster || left === 1)) throw error
    }
  return { thing, made }
}
