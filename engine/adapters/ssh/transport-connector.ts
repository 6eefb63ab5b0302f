import type { HostConnector, HostSession, SessionFailure, Target } from '../../ports/host-session.ts'

/** The connector of each transport, made when the first host asks for it: a library that isn't needed isn't loaded. */
type Makers = Readonly<Record<Target['transport'], () => Promise<HostConnector>>>

/** Takes each host the way its document says. */
export class TransportConnector implements HostConnector {
  readonly #makers: Makers
  readonly #made = new Map<Target['transport'], Promise<HostConnector>>()

  constructor(makers: Makers) {
    this.#makers = makers
  }

  async connect(target: Target, options: { readonly deadline: number }): Promise<HostSession | SessionFailure> {
    const connector = this.#made.get(target.transport) ?? this.#makers[target.transport]()
    this.#made.set(target.transport, connector)
    return (await connector).connect(target, options)
  }

  async close(): Promise<void> {
    const made = [...this.#made.values()]
    this.#made.clear()
    await Promise.all(made.map(async (connector) => (await connector).close()))
  }
}
