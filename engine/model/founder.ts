/** Who starts an estate. */
export interface Founder {
  /** Name of the `Person` document. */
  readonly name: string
  readonly fullName: string
  readonly email: string
  /** Account name on hosts. */
  readonly login: string
  /** Public key in authorized_keys form, where one is known. */
  readonly key?: string
}
