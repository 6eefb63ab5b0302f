import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { dayNumber } from '../days.ts'
import { step } from '../shell.ts'
import type { UserSpec, UserState } from './spec.ts'

type Fields = Partial<UserSpec>

export function steps(change: Change<UserSpec, UserState>): Step {
  const { verb, resource, have } = change
  const login = resource.name
  if (verb === 'delete') return removal(login, resource.spec.removal ?? 'lock', have)
  if (verb === 'create') {
    return {
      summary: `add the account ${login}`,
      script: add(login, resource.spec),
      reversibility: 'inverse',
      inverse: lock(login),
    }
  }
  const fields = change.fields.map((field) => field.path)
  return {
    summary: summaryOf(login, resource.spec, fields),
    script: set(login, resource.spec, fields, have?.locked === true),
    reversibility: 'inverse',
    // A lock overwrites the day on which the account ends.
    ...(have !== null && { access: true, inverse: set(login, have, [...fields, 'expires'], !have.locked) }),
  }
}

function summaryOf(login: string, spec: UserSpec, fields: readonly string[]): string {
  if (fields.includes('locked')) return `${spec.locked ? 'lock' : 'unlock'} the account ${login}`
  return `change ${fields.join(', ')} of the account ${login}`
}

function removal(login: string, how: 'lock' | 'delete' | 'purge', have: UserState | null): Step {
  if (how === 'lock') {
    return {
      summary: `lock the account ${login}, keeping its files`,
      script: lock(login),
      reversibility: 'inverse',
      ...(have !== null && { access: true, inverse: set(login, have, ['locked', 'expires'], true) }),
    }
  }
  return {
    summary:
      how === 'purge' ? `delete the account ${login} and its home` : `delete the account ${login}, keeping its home`,
    script: step(sh`userdel \${R:+--prefix "$R"} ${how === 'purge' ? ['-r'] : []} ${login} || exit 1`),
    reversibility: 'irreversible',
  }
}

/** The password is closed and the account has ended: neither a password nor a key opens it. */
const lock = (login: string): Script => step(sh`usermod \${R:+--prefix "$R"} -L -e 1 ${login} || exit 1`)

/**
 * A new account has no password that fits (`*`), which unlike `!` is not taken for locked: keys open it.
 */
function add(login: string, spec: UserSpec): Script {
  const options = [...optionsOf(spec), ...(spec.locked ? ['-e', '1'] : []), ...(spec.system ? ['-r', '-M'] : ['-m'])]
  const own = sh`if N=${login} awk -F: '$1 == ENVIRON["N"] { f = 1 } END { exit !f }' "$R/etc/group"; then set -- -N -g ${login}; else set -- -U; fi`
  // The group of its own name went with it, where it comes back.
  const group = spec.group === undefined || spec.group === login ? own : sh`set -- -N -g ${spec.group}`
  return step(sh`${group}
useradd \${R:+--prefix "$R"} -p '*' "$@" ${options} ${login} || exit 1`)
}

/** Sets the named fields to what `spec` says. `unlock`: the account is locked now. */
function set(login: string, spec: Fields, fields: readonly string[], unlock: boolean): Script {
  const wanted: Fields = Object.fromEntries(Object.entries(spec).filter(([name]) => fields.includes(name)))
  const options = [...optionsOf(wanted), ...(wanted.group === undefined ? [] : ['-g', wanted.group])]
  if (wanted.locked === true) return step(sh`usermod \${R:+--prefix "$R"} ${options} -L -e 1 ${login} || exit 1`)
  const ends = wanted.locked === false && wanted.expires === undefined ? ['-e', ''] : []
  const change = sh`usermod \${R:+--prefix "$R"} ${[...options, ...ends]} ${login} || exit 1`
  return step(wanted.locked === false && unlock ? sh`${open(login)}\n${change}` : change)
}

/** Takes the exclamation mark off; where there is nothing behind it, no password is what is left. */
function open(login: string): Script {
  return sh`h=$(N=${login} awk -F: '$1 == ENVIRON["N"] { print ($2 == "!" || $2 == "!!" || $2 == "!*") ? "none" : substr($2, 1, 1); exit }' "$R/etc/shadow")
case $h in
none) usermod \${R:+--prefix "$R"} -p '*' ${login} || exit 1 ;;
!) usermod \${R:+--prefix "$R"} -U ${login} || exit 1 ;;
esac`
}

function optionsOf(spec: Fields): string[] {
  const { uid, groups, shell, home, comment, expires } = spec
  return [
    ...(uid === undefined ? [] : ['-u', String(uid)]),
    ...(groups === undefined ? [] : ['-G', groups.join(',')]),
    ...(shell === undefined ? [] : ['-s', shell]),
    ...(home === undefined ? [] : ['-d', home]),
    ...(comment === undefined ? [] : ['-c', comment]),
    ...(expires === undefined ? [] : ['-e', expires === 'never' ? '' : String(dayNumber(expires))]),
  ]
}
