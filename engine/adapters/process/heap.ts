import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Bytes that the heap may grow by before what is garbage in it is given back. */
const mayGrow = 4 * 1024 * 1024
/** Milliseconds from one look at the heap to the next: a command that ends sooner is not held up at all. */
const lookEvery = 5_000

let isSmall = false

/**
 * Keeps the heap of a process small that speaks with many hosts. What a connection leaves behind is gone at once; left to
 * itself, V8 answers with 32 MB for young objects alone, and does not look for garbage among the old before there is several
 * times as much of it as of anything else: too late for a watch that runs for weeks, and for a plan of a thousand hosts.
 */
export function keepHeapSmall(): void {
  if (isSmall) return
  isSmall = true
  setFlagsFromString('--semi-space-growth-factor=1')
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  let held = getHeapStatistics().used_heap_size
  setInterval(() => {
    if (getHeapStatistics().used_heap_size < held + mayGrow) return
    collect()
    held = getHeapStatistics().used_heap_size
  }, lookEvery).unref()
}
