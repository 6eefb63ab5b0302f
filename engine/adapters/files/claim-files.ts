/** Few enough that nobody waits long for the other's last ones, and many enough that asking costs nothing. */
const atOnce = 64

/** Indexes of files below `total` that nobody else takes: threads that share `next`, one 32-bit number, share the work. */
export function* claimFiles(next: SharedArrayBuffer, total: number): Generator<{ from: number; to: number }> {
  const counter = new Int32Array(next)
  for (;;) {
    const from = Atomics.add(counter, 0, atOnce)
    if (from >= total) return
    yield { from, to: Math.min(total, from + atOnce) }
  }
}
