import type { CodeBook } from '../model/diagnostic.ts'

export const codes = {
  'demo-folder-taken': {
    severity: 'error',
    meaning: 'The folder named for the demo holds files that no demo made.',
    fix: 'name an empty folder or one that is not there yet; without --folder the demo makes a temporary one',
  },
  'demo-missing': {
    severity: 'error',
    meaning: 'There is no demo in the folder whose hosts are to be started.',
    fix: 'run plumbline demo --folder DIR first, then add --serve',
  },
  'demo-port-taken': {
    severity: 'error',
    meaning: "Another process listens on a port that is pinned in a simulated host's document.",
    fix: 'see whether plumbline demo --serve runs already; else make a new demo, which takes free ports',
  },
  'demo-step-failed': {
    severity: 'error',
    meaning: 'A step of the demo did not give what it promises.',
    fix: 'report it, with the lines above; the folder is left as it is',
  },
} as const satisfies CodeBook
