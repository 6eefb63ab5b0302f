import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Place } from '../model/document.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** Accounts and groups that Debian, Fedora and Alpine bring along, and words that sudo takes for something else. */
const reserved = new Set(
  `root daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody nogroup adm tty disk
  kmem dialout fax voice cdrom floppy tape sudo wheel audio dip operator src shadow utmp video sasl plugdev staff users
  input sgx kvm render crontab netdev messagebus sshd polkitd systemd-network systemd-resolve systemd-timesync
  systemd-journal systemd-coredump halt shutdown ftp all`.split(/\s+/),
)

/** A name that an account or group of our own may have; what a system or sudo gives a meaning to is refused. */
export function isReserved(name: string): boolean {
  return !/^[a-z_][a-z0-9_-]{0,31}$/.test(name) || reserved.has(name)
}

export function checkSubject(name: string, about: { place: Place; subject: Address }): readonly Diagnostic[] {
  if (!isReserved(name)) return []
  const summary = `${JSON.stringify(name)} is reserved or means something special`
  return [report('reserved-subject', { ...about.place, subject: about.subject, summary })]
}
