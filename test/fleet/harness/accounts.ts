/** The accounts of every host. All of them let the fleet's key in. */
export const accounts = {
  /** sudo without a password. */
  plumbline: 'plumbline',
  /** No sudo. */
  limited: 'limited',
  /** sudo that asks for `accountPassword`; SSH takes the password, too. */
  withPassword: 'withpassword',
} as const

/** The password of `withpassword`, awkward on purpose: a blank, a quote, a dollar sign. */
export const accountPassword = "correct horse's $taple"
