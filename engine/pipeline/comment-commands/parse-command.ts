/** What somebody asks for in a comment on a pull request. */
export type CommentCommand =
  | { readonly name: 'apply' | 'help' }
  /** `commit`: how the commit begins that was read, at least eight hexadecimal digits, in small letters. */
  | { readonly name: 'plan'; readonly commit?: string }
  /** `plan`: the beginning of the digest that was read, at least eight hexadecimal digits, in small letters. */
  | { readonly name: 'approve'; readonly plan: string }
  /** Without `change` the one that the pull request became. */
  | { readonly name: 'rollback'; readonly change?: string }
  /** `fence`: the number of the lock that was seen, said where its holder may still be alive. */
  | { readonly name: 'unlock'; readonly environment?: string; readonly fence?: number }

export type CommandName = CommentCommand['name']

/** A line that begins as a command and is none: why, for who wrote it. */
export interface Misused {
  readonly name: 'misused'
  readonly because:
    | 'unknown'
    | 'no-digest'
    | 'bad-digest'
    | 'bad-commit'
    | 'bad-change'
    | 'bad-environment'
    | 'too-much'
    | 'too-long'
}

/** The word that a line for us begins with. */
const word = '/plumbline'

/** Longer lines are no commands; and forges take no longer comments. */
const longestLine = 1000
const longestComment = 65_536

/**
 * Finds the command in a comment: the first line that begins with `/plumbline`, as it is seen by readers. What stands in fenced or
 * indented code, in a quotation or in a comment of HTML is somebody else's word, an example, or not seen at all: it is passed over.
 * Undefined where nothing is asked for.
 */
export function parseCommand(body: string): CommentCommand | Misused | undefined {
  const line = commandLine(body.slice(0, longestComment))
  if (line === undefined) return undefined
  if (line.length > longestLine) return { name: 'misused', because: 'too-long' }
  const [, name = '', ...rest] = line.trim().split(/[ \t]+/)
  return read(name.toLowerCase(), rest)
}

function commandLine(body: string): string | undefined {
  let fence: string | undefined
  let hidden = false
  let quoted = false
  for (const line of body.split(/\r\n|\r|\n/)) {
    if (hidden) {
      hidden = !line.includes('-->')
      continue
    }
    const mark = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line)
    if (fence !== undefined) {
      const closes = mark?.[1]?.startsWith(fence) === true && mark[2]?.trim() === ''
      if (closes) fence = undefined
      continue
    }
    if (mark?.[1] !== undefined) {
      fence = mark[1]
      continue
    }
    if (line.includes('<!--')) {
      hidden = !line.slice(line.lastIndexOf('<!--')).includes('-->')
      continue
    }
    // A paragraph that begins in a quotation goes on in it until a line is empty.
    quoted = /^ {0,3}>/.test(line) || (quoted && line.trim() !== '')
    if (!quoted && begins(line)) return line
  }
  return undefined
}

const begins = (line: string): boolean => /^ {0,3}\/plumbline(?:[ \t]|$)/.test(line)

function read(name: string, rest: readonly string[]): CommentCommand | Misused {
  switch (name) {
    case 'plan':
      return readPlan(rest)
    case 'apply':
      return rest.length > 0 ? misused('too-much') : { name }
    case 'help':
    case '':
      return { name: 'help' }
    case 'approve':
      return readApprove(rest)
    case 'rollback':
      return readRollback(rest)
    case 'unlock':
      return readUnlock(rest)
    default:
      return misused('unknown')
  }
}

function readPlan([commit, ...more]: readonly string[]): CommentCommand | Misused {
  if (more.length > 0) return misused('too-much')
  if (commit === undefined) return { name: 'plan' }
  return /^[0-9a-f]{8,64}$/i.test(commit) ? { name: 'plan', commit: commit.toLowerCase() } : misused('bad-commit')
}

/** What follows the digest is a word to the reader, and left alone. */
function readApprove([digest]: readonly string[]): CommentCommand | Misused {
  if (digest === undefined) return misused('no-digest')
  const [, hex] = /^(?:sha256:)?([0-9a-f]{8,64})$/.exec(digest.toLowerCase()) ?? []
  return hex === undefined ? misused('bad-digest') : { name: 'approve', plan: hex }
}

function readRollback([change, ...more]: readonly string[]): CommentCommand | Misused {
  if (more.length > 0) return misused('too-much')
  if (change === undefined) return { name: 'rollback' }
  return /^CHG-\d{4}-\d{5,12}$/i.test(change)
    ? { name: 'rollback', change: change.toUpperCase() }
    : misused('bad-change')
}

function readUnlock([environment, fence, ...more]: readonly string[]): CommentCommand | Misused {
  if (more.length > 0 || (fence !== undefined && !/^\d{1,12}$/.test(fence))) return misused('too-much')
  if (environment === undefined) return { name: 'unlock' }
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(environment)) return misused('bad-environment')
  return { name: 'unlock', environment, ...(fence !== undefined && { fence: Number(fence) }) }
}

const misused = (because: Misused['because']): Misused => ({ name: 'misused', because })

/** True where a text may hold a command: cheap, and never false for one that does. */
export const mayHoldCommand = (text: string): boolean => text.includes(word)
