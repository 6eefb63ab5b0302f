/** An account on a forge, as the forge writes it, or as a person's document lists it. */
export interface Account {
  /** Host name of the forge, with its port where that is not the usual one. */
  readonly host: string
  readonly login: string
  /** The forge's own number for it, in decimal: a login can be given up and taken by somebody else, this can't. */
  readonly id?: string
}

/** Reads `host/login` or `host/login#number`, in small letters: forges don't tell logins apart by case. */
export function parseAccount(text: string): Account {
  const [, host = '', login = '', id] = /^([^/]*)\/([^#]*)(?:#(\d+))?$/.exec(text.toLowerCase()) ?? []
  return { host, login, ...(id !== undefined && { id }) }
}

/** `host/login` in small letters. */
export function accountName({ host, login }: Account): string {
  return `${host}/${login}`.toLowerCase()
}

/** `host/login#number`, as a person's document lists it; without the number where the forge tells none. */
export function accountEntry(account: Account): string {
  return account.id === undefined ? accountName(account) : `${accountName(account)}#${account.id}`
}

/** `host#number`; undefined where the forge tells no number. */
export function accountNumber({ host, id }: Account): string | undefined {
  return id === undefined ? undefined : `${host.toLowerCase()}#${id}`
}
