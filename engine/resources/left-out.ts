import { escapeControls } from '../model/escape.ts'

/** Something that was found and that no document of ours says, with why; what a host printed is made safe to show. */
export function leftOut(what: string, because: string, claims?: readonly string[]) {
  return {
    leftOut: escapeControls(what.slice(0, 300)),
    because: escapeControls(because.slice(0, 300)),
    ...(claims !== undefined && { claims }),
  }
}
