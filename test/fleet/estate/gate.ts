import type { Host } from '../fleet.ts'
import { waitFor } from '../harness/wait.ts'

/** A program on a host that leaves a line in a log each time it runs, and waits while its gate is shut. */
export class Gate {
  static readonly program = '/usr/local/sbin/gate'
  readonly #host: Host

  private constructor(host: Host) {
    this.#host = host
  }

  /** Installs the program, with the gate open. `gate NAME` logs NAME; what else it is given does not matter. */
  static async on(host: Host): Promise<Gate> {
    const isShut = '[ -e /run/gate-shut ] && { [ ! -s /run/gate-shut ] || grep -qxF -- "$1" /run/gate-shut; }'
    const script = `#!/bin/sh\necho "$1" >>/var/log/gate\nwhile ${isShut}; do sleep 0.05; done\n`
    await host.exec(`cat >${Gate.program} && chmod 755 ${Gate.program} && : >/var/log/gate`, { input: script })
    return new Gate(host)
  }

  /** Makes whoever comes wait, or whoever comes under a name. */
  async shut(name = ''): Promise<void> {
    await this.#host.exec('cat >/run/gate-shut.new && mv /run/gate-shut.new /run/gate-shut', {
      input: name && `${name}\n`,
    })
  }

  /** Lets pass whoever waits, and everybody after. */
  async open(): Promise<void> {
    await this.#host.exec('rm -f /run/gate-shut')
  }

  /** How often the program ran under a name. */
  async count(name: string): Promise<number> {
    const { stdout } = await this.#host.exec(`grep -cx -- '${name}' /var/log/gate || :`)
    return Number(stdout.trim())
  }

  /** Waits until the program has been reached so often. */
  reached(name: string, times = 1): Promise<true> {
    const probe = async () => ((await this.count(name)) >= times ? true : undefined)
    return waitFor({ what: `${name} at the gate of ${this.#host.name}`, deadline: 60_000, probe })
  }
}
