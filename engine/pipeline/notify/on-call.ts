import type { OnCallFor } from './recipients.ts'

/** Nobody is on call as long as no schedule says who: the team is told then. */
export const onCallFor: OnCallFor = () => []
