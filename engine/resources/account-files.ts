/** What decides accounts, groups and whose name a file's owner has. */
export const accountFiles = ['/etc/passwd', '/etc/group'] as const

/** The same with what tells whether an account is locked. */
export const accountSecrets = ['/etc/shadow', '/etc/gshadow'] as const
