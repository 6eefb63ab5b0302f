/** Headings of profiles that import writes, in the order in which a host is built up. Types that have none stand at the end. */
const sections: readonly (readonly [string, string])[] = [
  ['hostname', 'Its name'],
  ['timezone', 'Time zone'],
  ['locale', 'Language'],
  ['repository', 'Where packages come from'],
  ['package', 'Packages that somebody asked for'],
  ['group', 'Groups'],
  ['user', 'Accounts'],
  ['authorizedKey', 'Who may log in'],
  ['sudoRule', 'Who may become somebody else'],
  ['kernelModule', 'Modules of the kernel'],
  ['sysctl', 'Parameters of the kernel'],
  ['networkInterface', 'Network'],
  ['firewall', 'What comes through'],
  ['mount', 'Mounts'],
  ['directory', 'Folders'],
  ['archive', 'Unpacked archives'],
  ['download', 'Downloads'],
  ['gitCheckout', 'Checkouts'],
  ['file', 'Files'],
  ['symlink', 'Links'],
  ['certificate', 'Certificates'],
  ['unit', 'Units of systemd'],
  ['timer', 'Timers'],
  ['cron', 'Jobs'],
  ['service', 'Services'],
]

const places = new Map(sections.map(([type], i) => [type, i]))
const headings = new Map(sections)

/** Sorts types into the order of a profile. */
export const placeOf = (type: string): number => places.get(type) ?? sections.length

export const headingOf = (type: string): string => headings.get(type) ?? type

/** Whether a line of comment is a heading of ours. */
export const isHeading = (comment: string): boolean => sections.some(([, heading]) => heading === comment)
