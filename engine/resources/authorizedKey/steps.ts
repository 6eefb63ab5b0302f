import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { replaceFile } from '../replace-file.ts'
import { keyLine } from './key-line.ts'
import { type KeySpec, type KeyState, tailOf } from './spec.ts'

export function steps({ verb, resource, have }: Change<KeySpec, KeyState>): Step {
  const { user, key } = resource.spec
  const [type = '', blob = ''] = (have?.key ?? key).split(' ')
  const shown = `${type} …${tailOf(blob).slice(-8)}`
  const before = have === null ? null : keyLine(specOf(user, have))
  const wanted = verb === 'delete' ? null : keyLine({ ...resource.spec, ...comment(resource.spec, have) })
  const named = { create: 'let', update: 'change how to let', delete: 'no longer let', restart: 'let' }[verb]
  return {
    summary: `${named} the key ${shown} into ${user}${until(verb, resource.spec)}`,
    script: rewrite(user, type, blob, wanted),
    reversibility: 'inverse',
    access: true,
    inverse: rewrite(user, type, blob, before),
  }
}

function until(verb: string, spec: KeySpec): string {
  return verb === 'delete' || spec.expires === undefined ? '' : ` until ${spec.expires}`
}

/** A comment that nobody asks for stays as it is. */
function comment(spec: KeySpec, have: KeyState | null): { comment?: string } {
  if (spec.comment !== undefined || have === null || have.comment === '') return {}
  return { comment: have.comment }
}

function specOf(user: string, state: KeyState): KeySpec {
  const { expires, ...rest } = state
  return { user, ...rest, ...(expires !== null && { expires }) }
}

/** Writes authorized_keys anew: all lines but those of this key, and the wanted one behind them. */
function rewrite(user: string, type: string, blob: string, line: string | null): Script {
  return replaceFile({
    locate: locate(user, line !== null),
    // A word that is the key and follows its type: options may hold blanks, so fields are not counted.
    // The old file is copied to where nobody can exchange it, and without following a link.
    fill: sh`if [ -e "../$n" ]; then
  cp -P "../$n" ./old && [ -f ./old ] && [ ! -L ./old ] || fail "$p can't be read"
fi
{
  [ ! -e ./old ] || T=${type} B=${blob} awk '
{ for (i = 2; i <= NF; i++) if ($i == ENVIRON["B"] && $(i-1) == ENVIRON["T"]) next; print }' ./old || exit 1
  ${line === null ? sh`:` : sh`printf '%s\n' ${line}`}
} > "$t" || exit 1`,
    mode: '0600',
    owner: sh`"$uid"`,
    group: sh`"$gid"`,
  })
}

/** Nothing on the way may be a link: the folder belongs to the account, and we write as root. */
function locate(user: string, make: boolean): Script {
  const folder = make
    ? sh`if [ ! -d "$d" ]; then
  [ -d "$R$h" ] || fail "the home of the account is missing"
  mkdir -m 0700 "$d" && chown -h "$uid:$gid" "$d" || exit 1
fi`
    : sh`[ -e "$p" ] || exit 0`
  return sh`e=$(N=${user} awk -F: '$1 == ENVIRON["N"] { print $3 ":" $4 ":" $6; exit }' "$R/etc/passwd")
[ -n "$e" ] || fail ${`there is no account ${user}`}
uid=\${e%%:*} h=\${e#*:}
gid=\${h%%:*} h=\${h#*:}
h=\${h%/} d=$R\${h}/.ssh
p=$d/authorized_keys
[ ! -L "$R$h" ] && [ ! -L "$d" ] || fail "$d is a symbolic link"
${folder}
only=$(cd -P "$R$h" && pwd -P)/.ssh`
}
