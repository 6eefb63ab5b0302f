import type { Change, Step } from '../../model/resource.ts'
import { hostPath, join, type Script, secret, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, removeFile, replaceFile, setAttributes } from '../replace-file.ts'
import { step } from '../shell.ts'
import { type CertificateSpec, type CertificateState, fileText, pathsOfName } from './spec.ts'

interface Pair {
  readonly path: string
  readonly keyPath: string
  /** Where the host keeps what was there before, and what comes next until it was looked at. */
  readonly store: string
}

export function steps({ verb, resource, have, fields }: Change<CertificateSpec, CertificateState>): Step {
  const { spec, name } = resource
  const { path, keyPath } = pathsOfName(name)
  const pair = {
    path,
    keyPath,
    store: `/var/lib/plumbline/certificates/${encodeURIComponent(name).replaceAll('%2F', ',')}`,
  }
  const remove = join([removeFile(at(path)), removeFile(at(keyPath))])
  const back = {
    reversibility: 'inverse',
    inverse: step(have === null ? sh`${remove}` : putBack(pair, have)),
  } as const
  if (verb === 'delete') {
    const script = step(sh`${keepOld(pair, sh`false`)}
${removeFile(at(path))} || exit 1
${removeFile(at(keyPath))} || exit 1`)
    return { summary: `remove the certificate ${path} and its key (kept until the next change)`, script, ...back }
  }
  const attributes = new Set(['mode', 'owner', 'group', 'keyMode', 'keyOwner', 'keyGroup'])
  if (verb === 'update' && fields.length > 0 && fields.every((f) => attributes.has(f.path))) {
    const { mode, owner, group, keyMode, keyOwner, keyGroup } = modesOf(spec)
    const script = step(sh`${setAttributes(at(keyPath), keyOwner, keyGroup, keyMode)} || exit 1
${setAttributes(at(path), owner, group, mode)} || exit 1`)
    return { summary: `set who may read the certificate ${path} and its key`, script, reversibility: 'exact' }
  }
  const what = spec.kept === undefined ? 'write' : 'put back'
  return { summary: `${what} the certificate ${path} and its key ${keyPath}`, script: step(put(pair, spec)), ...back }
}

function modesOf(spec: CertificateSpec) {
  const { mode = '0644', owner = 'root', group = 'root', keyMode = '0600' } = spec
  return { mode, owner, group, keyMode, keyOwner: spec.keyOwner ?? owner, keyGroup: spec.keyGroup ?? group }
}

/** Both are written where only root looks, found to belong together, and put in place one right after the other. */
function put(pair: Pair, spec: CertificateSpec): Script {
  const { mode, owner, group, keyMode, keyOwner, keyGroup } = modesOf(spec)
  const from = (name: string) => hostPath(`${pair.store}/${name}`)
  const replace = (path: string, name: string, m: string, o: string, g: string) =>
    replaceFile({
      locate: at(path),
      fill: sh`cat < ${from(name)} > "$t" || exit 1`,
      mode: m,
      owner: sh`${o}`,
      group: sh`${g}`,
    })
  const old = replaceFile({
    locate: at(pair.keyPath),
    fill: sh`cat < "$s/old.key" > "$t" || exit 1`,
    mode: sh`"$(stat -c %a "$s/old.key")"`,
    owner: sh`"$(stat -c %u "$s/old.key")"`,
    group: sh`"$(stat -c %g "$s/old.key")"`,
  })
  return sh`umask 077
s=${hostPath(pair.store)}
mkdir -p "$s" || exit 1
trap 'rm -f "$s/new.crt" "$s/new.key"' EXIT
trap 'exit 1' HUP INT TERM
${spec.kept === undefined ? fillNew(spec) : fillKept(spec.kept)}
${keepOld(pair, sh`cmp -s "$k" "$s/new.key"`)}
${replace(pair.keyPath, 'new.key', keyMode, keyOwner, keyGroup)} || exit 1
${replace(pair.path, 'new.crt', mode, owner, group)} || {
  # The old certificate must not stand beside the new key.
  [ ! -e "$s/old.key" ] || ${old}
  exit 1
}`
}

const fillNew = (spec: CertificateSpec): Script => sh`command -v openssl >/dev/null || fail 'the host has no openssl'
base64 -d > "$s/new.crt" <<'PLUMBLINE_CONTENT' || exit 1
${encoded(fileText(spec))}
PLUMBLINE_CONTENT
base64 -d > "$s/new.key" <<'PLUMBLINE_CONTENT' || exit 1
${secret(encoded(`${(spec.key ?? '').trim()}\n`))}
PLUMBLINE_CONTENT
pub=$(openssl x509 -noout -pubkey -in "$s/new.crt" 2>/dev/null) || fail 'the certificate can not be read'
own=$(openssl pkey -in "$s/new.key" -passin pass: -pubout 2>/dev/null) || fail 'the key can not be read, or has a password'
[ -n "$pub" ] && [ "$pub" = "$own" ] || fail 'the key does not belong to the certificate'`

const fillKept = (
  sha256: string,
): Script => sh`[ -f "$s/old.crt" ] && [ -f "$s/old.key" ] || fail 'the earlier certificate is not kept any more'
got=$(sha256sum < "$s/old.crt") || exit 1
[ "\${got%% *}" = ${sha256} ] || fail 'another certificate than the earlier one is kept'
cp "$s/old.crt" "$s/new.crt" && cp "$s/old.key" "$s/new.key" || exit 1`

/**
 * What a run that was cut off has put in place by half must not be taken for what was there before. No link is followed: whom the folder
 * belongs to could have any file of the host kept, and put where they can read it.
 */
const keepOld = (pair: Pair, half: Script): Script => sh`umask 077
s=${hostPath(pair.store)} c=${hostPath(pair.path)} k=${hostPath(pair.keyPath)}
mkdir -p "$s" || exit 1
keep() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  cp -pP "$1" "$2" && [ -f "$2" ] && [ ! -L "$2" ] || { rm -f "$2"; fail "$1 is no plain file"; }
}
if ! { cmp -s "$c" "$s/old.crt" && ${half}; } 2>/dev/null; then
  rm -f "$s/old.crt" "$s/old.key"
  keep "$c" "$s/old.crt"
  keep "$k" "$s/old.key"
fi`

function putBack(pair: Pair, have: CertificateState): Script {
  const one = (path: string, name: string, mode: string | null, owner: string | null, group: string | null) =>
    mode === null || owner === null || group === null
      ? removeFile(at(path))
      : replaceFile({
          locate: at(path),
          fill: sh`cat < ${hostPath(`${pair.store}/${name}`)} > "$t" || exit 1`,
          mode,
          owner: sh`${owner}`,
          group: sh`${group}`,
        })
  return sh`${one(pair.keyPath, 'old.key', have.keyMode, have.keyOwner, have.keyGroup)} || exit 1
${one(pair.path, 'old.crt', have.mode, have.owner, have.group)} || exit 1`
}

const encoded = (text: string): string => encodeBase64(new TextEncoder().encode(text))
