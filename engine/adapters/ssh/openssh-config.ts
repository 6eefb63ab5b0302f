import type { SessionFailure, Target } from '../../ports/host-session.ts'
import { hostKeyAlgorithms } from './host-key.ts'
import { pinnedKeys } from './ssh2-connection.ts'

/** What goes into the files that the system's `ssh` is started with. */
interface OpensshFiles {
  readonly config: string
  readonly knownHosts: string
}

interface OpensshPaths {
  readonly knownHosts: string
  readonly controlPath: string
  /** Private key files tried before those of the user's configuration. */
  readonly identityFiles: readonly string[]
  /** Files read after ours, the first value of an option counts: the user's, then the system's. */
  readonly include: readonly string[]
}

/** What may stand in ssh's configuration without being taken for an option, a token or a second word. */
const address = /^[A-Za-z0-9_.:[\]][A-Za-z0-9_.:[\]-]*(%[A-Za-z0-9_.-]+)?$/
const user = /^[A-Za-z0-9_][A-Za-z0-9_.@\\+-]*\$?$/
const path = /^[^"\\\r\n%]+$/

/**
 * Configuration and known hosts for one target and the hosts it jumps over. Each is named by its `Host` document, so what
 * `~/.ssh/config` says for that name (identities, certificates, agents, proxy commands) still holds; where to go, as whom,
 * and which host key to believe is ours.
 */
export function opensshFiles(target: Target, paths: OpensshPaths): OpensshFiles | SessionFailure {
  const blocks: string[] = []
  const known: string[] = []
  for (let hop: Target | undefined = target; hop; hop = hop.jump) {
    const pinned = pinnedKeys(hop)
    if ('failed' in pinned) return hop === target ? pinned : { ...pinned, detail: `jump host: ${pinned.detail}` }
    if (!address.test(hop.address) || !user.test(hop.user) || !/^[a-z0-9][a-z0-9.-]*$/.test(hop.host)) {
      const given = JSON.stringify({ name: hop.host, address: hop.address, user: hop.user })
      return { failed: 'host-unreachable', detail: `not usable as a name, address or user: ${given}` }
    }
    blocks.push(block(hop, hostKeyAlgorithms(pinned)))
    for (const key of pinned) known.push(`${alias(hop)} ${key.key}`)
  }
  for (const file of [paths.knownHosts, paths.controlPath, ...paths.identityFiles, ...paths.include]) {
    if (!path.test(file)) return { failed: 'host-unreachable', detail: `not usable as a path: ${JSON.stringify(file)}` }
  }
  return { config: [...blocks, common(target, paths)].join('\n'), knownHosts: `${known.join('\n')}\n` }
}

const alias = (hop: Target) => `plumbline.${hop.host}`

function block(hop: Target, algorithms: readonly string[]): string {
  return [
    `Host ${hop.host}`,
    `  HostName ${hop.address.replace('%', '%%')}`,
    `  Port ${hop.port}`,
    `  User ${hop.user}`,
    `  HostKeyAlias ${alias(hop)}`,
    `  HostKeyAlgorithms ${algorithms.join(',')}`,
    ...(hop.jump ? [`  ProxyJump ${hop.jump.host}`] : []),
  ].join('\n')
}

/** For our own hosts only: a jump host out of the user's configuration keeps its own rules for host keys. */
function common(target: Target, paths: OpensshPaths): string {
  const names: string[] = []
  for (let hop: Target | undefined = target; hop; hop = hop.jump) names.push(hop.host)
  return [
    `Host ${names.join(' ')}`,
    '  IgnoreUnknown KnownHostsCommand',
    `  UserKnownHostsFile "${paths.knownHosts}"`,
    '  GlobalKnownHostsFile /dev/null',
    '  KnownHostsCommand none',
    '  StrictHostKeyChecking yes',
    '  VerifyHostKeyDNS no',
    '  CheckHostIP no',
    '  UpdateHostKeys no',
    '  BatchMode yes',
    '  NumberOfPasswordPrompts 0',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '  PermitLocalCommand no',
    '  RemoteCommand none',
    '  RequestTTY no',
    '  Compression no',
    '  LogLevel ERROR',
    '  ServerAliveInterval 15',
    '  ServerAliveCountMax 3',
    // The post-quantum exchange costs nine times the CPU of all the rest; a user who wants it has another transport setting.
    '  KexAlgorithms ^curve25519-sha256',
    '  Ciphers ^aes128-gcm@openssh.com',
    ...paths.identityFiles.map((file) => `  IdentityFile "${file}"`),
    `Host ${target.host}`,
    `  ControlPath "${paths.controlPath}"`,
    '  ClearAllForwardings yes',
    'Host *',
    ...paths.include.map((file) => `  Include "${file}"`),
    '',
  ].join('\n')
}
