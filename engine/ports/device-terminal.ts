import type { SessionFailure, Target } from './host-session.ts'

/** An interactive terminal on a network device. */
export interface DeviceTerminal {
  /** The next that the device says; `closed` where nothing more comes, `deadline` where its time is up. */
  read(): Promise<Uint8Array | 'closed' | 'deadline'>
  write(text: string): void
  close(): Promise<void>
}

export interface DeviceConnector {
  /**
   * Never throws for anything a device or network can do. A password is sent only once the device has proved a pinned key;
   * where there is one, no keys are offered.
   */
  openTerminal(
    target: Target,
    options: {
      /** Milliseconds until there is a terminal. */
      readonly connect: number
      /** Milliseconds for all that is said on it. */
      readonly talk: number
      readonly password?: string
    },
  ): Promise<DeviceTerminal | SessionFailure>
  /** Ends what is kept open. */
  close(): Promise<void>
}
