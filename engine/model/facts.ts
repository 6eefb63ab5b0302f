import type { Digest, Sha256 } from './canonical.ts'
import type { ProbeOutput, Unknown } from './resource.ts'
import type { Script } from './script.ts'

/**
 * What is so on a host, whether or not a document speaks of it. Every group stands alone: one that can't be had is unknown
 * and costs no other. Sizes are bytes, times ISO 8601 in UTC, names as the host's own tools print them.
 */
export interface Facts {
  readonly hardware?: {
    readonly vendor?: string
    readonly model?: string
    readonly serial?: string
    /** What it runs on, as systemd-detect-virt says: `none`, `kvm`, `systemd-nspawn`… */
    readonly virtualisation?: string
    readonly cpu: { readonly model?: string; readonly count: number; readonly architecture: string }
    readonly memory: number
    readonly disks: readonly {
      readonly name: string
      readonly size: number
      readonly model?: string
      readonly serial?: string
    }[]
  }
  /** From os-release: `debian`, `12`, `Debian GNU/Linux 12 (bookworm)`. */
  readonly os?: {
    readonly id: string
    readonly version?: string
    readonly codename?: string
    readonly name: string
    readonly hostname: string
  }
  readonly kernel?: { readonly release: string; readonly version: string; readonly commandLine?: string }
  readonly interfaces?: readonly {
    readonly name: string
    readonly mac?: string
    readonly mtu?: number
    readonly up: boolean
    /** With prefix length: `10.0.4.11/24`. */
    readonly addresses: readonly string[]
  }[]
  readonly routes?: readonly {
    readonly to: string
    readonly via?: string
    readonly interface?: string
    readonly metric?: number
  }[]
  /** Who else is on the wire, as the kernel found out or as they tell by LLDP; never all of them. */
  readonly neighbours?: readonly {
    readonly by: 'kernel' | 'lldp'
    /** The host's own. */
    readonly interface: string
    readonly mac?: string
    readonly address?: string
    /** Name of the device and of its port, as it tells itself. */
    readonly system?: string
    readonly port?: string
  }[]
  readonly listeners?: readonly {
    readonly protocol: 'tcp' | 'udp'
    readonly address: string
    readonly port: number
    readonly process?: string
  }[]
  readonly mounts?: readonly {
    readonly path: string
    readonly source: string
    readonly type: string
    readonly size?: number
    readonly used?: number
  }[]
  readonly packages?: readonly {
    readonly name: string
    readonly version: string
    readonly architecture?: string
    readonly held?: true
    /** False where it is there only because another one needs it. */
    readonly manual?: boolean
  }[]
  readonly services?: readonly {
    readonly name: string
    readonly running: boolean
    /** `enabled`, `disabled`, `static`, `masked`… */
    readonly enabled?: string
    readonly failed?: true
  }[]
  readonly users?: readonly {
    readonly name: string
    readonly uid: number
    readonly gid: number
    readonly home: string
    readonly shell: string
    readonly groups: readonly string[]
    readonly locked?: boolean
    readonly expires?: string
    /** Day on which its password was last set; of one that never had any, on which it was made. */
    readonly changed?: string
  }[]
  /** Public keys that open accounts; the fingerprint is `SHA256:…`. */
  readonly keys?: readonly {
    readonly user: string
    readonly fingerprint: string
    readonly comment?: string
    readonly options?: string
  }[]
  /** Rules of sudoers, line by line, as written. */
  readonly sudoers?: readonly { readonly file: string; readonly rule: string }[]
  readonly cron?: readonly {
    readonly file: string
    readonly user: string
    readonly schedule: string
    readonly command: string
  }[]
  readonly certificates?: readonly {
    readonly file: string
    readonly subject: string
    readonly issuer?: string
    readonly names?: readonly string[]
    readonly until: string
  }[]
  /** When it was started, and since how many seconds it has run. */
  readonly uptime?: { readonly since: string; readonly seconds: number }
  /** Seconds the host's clock is ahead of ours (behind: negative), and whether it says that it keeps time. */
  readonly clock?: { readonly offset: number; readonly synchronised?: boolean }
  /** Newest first, the last few. */
  readonly logins?: readonly { readonly user: string; readonly from?: string; readonly at: string }[]
  /**
   * When each account last logged in, by name; those that never did, as far as the host knows, are left out. `since`: from when on
   * logins without a terminal are known too; left out where they are not.
   */
  readonly lastLogins?: {
    readonly since?: string
    readonly accounts: readonly { readonly user: string; readonly from?: string; readonly at: string }[]
  }
}

export type FactName = keyof Facts

/** What a parser of facts is told beside the answer. */
export interface Asking {
  /** Our clock when the probes were sent, and when the answer had come. */
  readonly sent: Date
  readonly now: Date
  readonly sha256: Sha256
}

/** How one group of facts is had: one folder-less file in `engine/facts/`. Pure. */
export interface FactProbe<Name extends FactName = FactName> {
  readonly name: Name
  /** Read-only; travels with all other probes of the host. */
  readonly probe: Script
  /** Never throws, whatever the host printed. */
  parse(output: ProbeOutput, asking: Asking): NonNullable<Facts[Name]> | Unknown
}

/** Where a fact comes from: when it was seen, and digests of what was asked and answered. */
export interface FactEvidence {
  readonly at: string
  readonly command: Digest
  readonly output: Digest
}

/** All facts of one host at one time. */
export interface HostFacts {
  readonly host: string
  readonly facts: Facts
  readonly unknown: Readonly<Partial<Record<FactName, Unknown>>>
  readonly evidence: Readonly<Partial<Record<FactName, FactEvidence>>>
}
