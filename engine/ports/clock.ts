/** The time as a value: stages never read it themselves. */
export interface Clock {
  now(): Date
}
