/** What a rule of sudo lets somebody do. */
export interface SudoGrant {
  /** `login`, `%group`, `#uid`, `%#gid` or `ALL`. */
  readonly subject: string
  /** True where it comes to being root, or where that can't be told. */
  readonly root: boolean
  /** The commands as written, or the rule where it could not be read. */
  readonly commands: string
}

/** Programs that run other programs or edit files: who may start one as root without fixed arguments is root. */
const shells =
  /^\/(?:usr\/)?(?:local\/)?s?bin\/(?:ba|da|z|k|c|tc|fi)?sh$|\/(?:su|sudo|sudoedit|visudo|env|vim?|nano|emacs|ed|less|more|man|find|xargs|awk|tee|dd|cp|mv|chmod|chown|mount|python[\d.]*|perl|ruby|node|lua|php|docker|podman|apt|apt-get|dpkg|rpm|dnf|yum|systemd-run|chroot|nsenter|passwd|usermod|useradd)$/

type Aliases = ReadonlyMap<string, readonly string[]>

/**
 * Reads rules of sudoers (sudoers(5)), each a whole line, over all files of a host, with their aliases. Rules for other hosts are
 * taken for this one. What is not understood is taken for the most it could mean: an answer to who can become root
 * may be too long, and must not be too short.
 */
export function readSudoers(rules: readonly string[]): readonly SudoGrant[] {
  const aliases = aliasesOf(rules)
  return rules.flatMap((rule) => {
    if (/^(?:Defaults|User_Alias|Runas_Alias|Host_Alias|Cmnd_Alias|Cmd_Alias|[#@]include(?:dir)?)\b/.test(rule))
      return []
    const equals = rule.indexOf('=')
    const [who, ...hosts] = tight(rule.slice(0, equals)).split(' ')
    if (equals < 0 || who === undefined || who === '' || hosts.length !== 1) return [unread(rule)]
    const subjects = expand(who.split(','), aliases).filter((s) => !s.startsWith('!'))
    const { root, commands } = readCommands(rule.slice(equals + 1), aliases)
    return subjects.map((subject) => ({ subject, root, commands }))
  })
}

/** What each rule lets somebody do, read alone with the aliases of all files. */
export function readEachRule<Rule extends { readonly rule: string }>(
  rules: readonly Rule[],
): readonly { readonly from: Rule; readonly grants: readonly SudoGrant[] }[] {
  const aliases = rules.map((r) => r.rule).filter((rule) => /^\w+_Alias\s/.test(rule))
  return rules.map((from) => ({ from, grants: readSudoers([...aliases.filter((a) => a !== from.rule), from.rule]) }))
}

const unread = (rule: string): SudoGrant => ({ subject: 'ALL', root: true, commands: `not understood: ${rule}` })

/** Without spaces beside commas, and with single ones elsewhere. */
const tight = (text: string): string =>
  text
    .trim()
    .replace(/\s*,\s*/g, ',')
    .replace(/\s+/g, ' ')

function aliasesOf(rules: readonly string[]): Aliases {
  const found = new Map<string, string[]>()
  for (const rule of rules) {
    const [, sort, rest] = /^(User|Runas|Cmnd|Cmd)_Alias\s+(.*)$/s.exec(rule) ?? []
    for (const definition of (rest ?? '').split(/\s:\s/)) {
      const [, name, members] = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*)$/s.exec(definition) ?? []
      if (sort !== undefined && name !== undefined) found.set(name, tight(members ?? '').split(','))
    }
  }
  return found
}

/** Names of aliases give way to what they stand for, a few levels deep. */
function expand(names: readonly string[], aliases: Aliases, depth = 0): readonly string[] {
  return names.flatMap((name) => {
    const members = depth > 8 ? undefined : aliases.get(name)
    return members === undefined || name === 'ALL' ? [name] : expand(members, aliases, depth + 1)
  })
}

function readCommands(text: string, aliases: Aliases): { readonly root: boolean; readonly commands: string } {
  const commands: string[] = []
  let root = false
  let asRoot = true
  for (const item of splitCommands(text)) {
    const [, runAs, rest = ''] = /^(?:\(([^)]*)\))?\s*(.*)$/s.exec(item) ?? []
    if (runAs !== undefined) asRoot = meansRoot(runAs, aliases)
    const command = rest.replace(/^(?:[A-Z_]+:\s*)+/, '').trim()
    if (command === '') continue
    commands.push(command)
    root ||= asRoot && expand([command], aliases).some((c) => opensAll(c))
  }
  return { root, commands: commands.join(', ') }
}

/** At commas outside of parentheses, and not at those that a backslash stands before. */
function splitCommands(text: string): readonly string[] {
  return (text.match(/(?:\\.|\([^)]*\)|[^,\\])+/gs) ?? []).map((item) => item.trim())
}

function meansRoot(runAs: string, aliases: Aliases): boolean {
  const [users = ''] = runAs.split(':')
  // A group alone: the command runs as the one who asks.
  if (users.trim() === '') return false
  return expand(tight(users).split(','), aliases).some(
    (u) => u === 'ALL' || u === 'root' || u === '#0' || u.startsWith('%'),
  )
}

function opensAll(command: string): boolean {
  if (command.startsWith('!')) return false
  const [program = '', ...args] = command.split(/\s+/)
  if (program === 'ALL' || program.endsWith('/') || program === 'sudoedit') return true
  if (/[*?[]/.test(program)) return true
  return shells.test(program) && args.join('') !== '""' && (args.length === 0 || args.some((a) => a.includes('*')))
}
