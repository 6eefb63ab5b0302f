/** Whose key signs what a person says. */
export const keyOption = [
  '--key <file>',
  "your private SSH key, or a public key that your agent holds (default: git's user.signingkey)",
] as const
