import type { Sha256 } from '../model/canonical.ts'
import { compareText } from '../model/diagnostic.ts'

/** How a sample is drawn, in words that let anybody draw it again. */
export const samplingRule =
  'SHA-256 of the seed, a line feed and the number of the change, in hex; sorted; the first ones are taken'

/**
 * Draws from the numbers of changes. The same seed and population give the same sample whoever draws it, with
 * `printf '%s\n%s' SEED NUMBER | sha256sum`. Answers sorted by number.
 */
export function drawSample(ids: readonly string[], size: number, seed: string, sha256: Sha256): readonly string[] {
  return ids
    .map((id) => ({ id, lot: sha256(`${seed}\n${id}`) }))
    .sort((a, b) => compareText(a.lot, b.lot) || compareText(a.id, b.id))
    .slice(0, size)
    .map(({ id }) => id)
    .sort(compareText)
}
