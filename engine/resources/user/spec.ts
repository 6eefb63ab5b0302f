export type UserSpec = {
  readonly login: string
  readonly uid?: number
  readonly group?: string
  readonly groups?: readonly string[]
  readonly shell?: string
  readonly home?: string
  readonly comment?: string
  /** `YYYY-MM-DD` (UTC): the first day the account is closed; or `never`. */
  readonly expires?: string
  readonly locked?: boolean
  readonly system?: boolean
  readonly ensure?: 'present' | 'absent'
  /** What `ensure: absent` does. */
  readonly removal?: 'lock' | 'delete' | 'purge'
}

export type UserState = {
  readonly uid: number
  readonly group: string
  readonly groups: readonly string[]
  readonly shell: string
  readonly home: string
  readonly comment: string
  readonly expires: string
  readonly locked: boolean
  /** Whether a password is set; never the password or its hash. */
  readonly password: boolean
}
