import { read } from '../model/script.ts'

/**
 * A condition: the target is a system that runs. Below a prefix it is one only where that prefix has a service tree of its
 * own: a rescue mount that shows ours would have us ask our own systemd about another system's units.
 */
export const isBooted = read`[ -d "$R/run/systemd/system" ] && { [ -z "$R" ] || ! [ "$R/run/systemd/system" -ef /run/systemd/system ]; }`
