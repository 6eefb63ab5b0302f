export type CronSpec = {
  readonly name: string
  /** Five fields, or a nickname such as `@daily`. */
  readonly schedule?: string
  readonly user?: string
  /** What the shell gets: a percent sign is one. */
  readonly command?: string
  readonly environment?: { readonly [name: string]: string }
  readonly ensure?: 'present' | 'absent'
  // ---
  /** Added by a rollback: a file that was not in our form, with all that it had. */
  readonly kept?: Kept
}

/** A file whose bytes the host has kept. */
export type Kept = {
  readonly sha256: string
  readonly mode: string
  readonly owner: string
  readonly group: string
}

/** What a file says that holds one job. */
export type Job = {
  readonly schedule: string
  readonly user: string
  readonly command: string
  readonly environment: { readonly [name: string]: string }
}

export type CronState = Kept & {
  /** null: the file holds none, several, or one that we can't say. */
  readonly job: Job | null
}

export const pathOf = (name: string): string => `/etc/cron.d/${name}`

/** What a declaration asks for, as a job. */
export const jobOf = ({ schedule = '', user = 'root', command = '', environment = {} }: CronSpec): Job => ({
  schedule,
  user,
  command,
  environment,
})
