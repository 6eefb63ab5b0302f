import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { decodeBase64, textOf } from '../base64.ts'
import { fourDigits } from '../host-path.ts'
import { type NumberedLines, numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from '../observed.ts'
import { type CertificateSpec, type CertificateState, keyPathOf } from './spec.ts'

/**
 * The certificate is read out, as it is public; of the key only its public half is made, on the host, and compared there.
 * A link is followed only where somebody else renews the certificate, as certbot's links are.
 */
export function probe(specs: readonly CertificateSpec[]): Script {
  return read`(
exec </dev/null
for t in openssl stat sha256sum base64 tr head awk; do command -v "$t" >/dev/null || echo "missing $t"; done
named() {
  if [ -z "$R" ]; then stat -L -c '%a %U %G' -- "$1" 2>/dev/null
  else
    set -- $(stat -c '%a %u %g' -- "$1" 2>/dev/null)
    echo "$1 $(awk -F: -v i="$2" '$3 == i { print $1; f = 1; exit } END { if (!f) print i }' "$R/etc/passwd") $(awk -F: -v i="$3" '$3 == i { print $1; f = 1; exit } END { if (!f) print i }' "$R/etc/group")"
  fi
}
# 0: a file that can be read.
file() {
  d=\${3%/*}
  while [ -n "$d" ] && [ ! -d "$d" ]; do d=\${d%/*}; done
  if [ -L "$3" ] && [ "$4" = no ]; then echo "odd $2 $1"
  elif [ ! -e "$3" ]; then
    [ -x "\${d:-/}" ] && [ ! -L "$3" ] && echo "absent $2 $1" || echo "denied $2 $1"
  elif [ ! -f "$3" ]; then echo "odd $2 $1"
  elif [ ! -r "$3" ]; then echo "denied $2 $1"
  else
    printf '%s %s %s\n' "$1" "$2" "$(named "$3")"
    return 0
  fi
  return 1
}
look() {
  i=$1 p=$2 k=$3 seconds=$4 follow=$5
  pub=
  if file cert "$i" "$p" "$follow"; then
    sum=$(sha256sum < "$p")
    printf 'sum %s %s\n' "$i" "\${sum%% *}"
    printf 'text %s %s\n' "$i" "$(head -c 65537 < "$p" | base64 | tr -d '\n')"
    if end=$(openssl x509 -noout -enddate -in "$p" 2>/dev/null); then
      printf 'end %s %s\n' "$i" "$end"
      openssl x509 -noout -checkend 0 -in "$p" >/dev/null 2>&1 || echo "over $i"
      openssl x509 -noout -checkend "$seconds" -in "$p" >/dev/null 2>&1 || echo "soon $i"
      pub=$(openssl x509 -noout -pubkey -in "$p" 2>/dev/null)
    fi
  fi
  [ -n "$k" ] || return 0
  if file key "$i" "$k" "$follow"; then
    if [ -n "$pub" ] && [ "$(openssl pkey -in "$k" -passin pass: -pubout 2>/dev/null)" = "$pub" ]; then echo "match $i yes"
    else echo "match $i no"
    fi
  fi
}
${join(specs.map(look))}
echo end
)
`
}

function look(spec: CertificateSpec, i: number): Script {
  const key = spec.observeOnly === true && spec.keyPath === undefined ? read`''` : read`${hostPath(keyPathOf(spec))}`
  const seconds = daysOf(spec) * 86_400
  return read`look ${i} ${hostPath(spec.path)} ${key} ${seconds} ${spec.observeOnly === true ? 'yes' : 'no'}`
}

export const daysOf = (spec: CertificateSpec): number => Number(/^(\d{1,4})d$/.exec(spec.warnBefore ?? '')?.[1] ?? 30)

export function parse(
  specs: readonly CertificateSpec[],
  output: ProbeOutput,
): readonly Observation<CertificateState>[] {
  const lines = numberedLines(output.stdout)
  const [tool] = lines.missing
  return specs.map((spec, i) => (tool === undefined ? seen(spec, lines, i) : missingTool(tool)))
}

function seen(spec: CertificateSpec, lines: NumberedLines, i: number): Observation<CertificateState> {
  const { path } = spec
  if (!lines.whole) return unparsable(path)
  const [denied] = lines.all(i, 'denied')
  if (denied !== undefined) return noPermission(denied === 'key' ? keyPathOf(spec) : path)
  const [odd] = lines.all(i, 'odd')
  if (odd !== undefined) return unknown('unsupported', `${odd === 'key' ? keyPathOf(spec) : path} is no plain file`)
  const gone = lines.all(i, 'absent')
  const asked = spec.observeOnly !== true || spec.keyPath !== undefined
  if (gone.includes('cert') && spec.observeOnly === true) {
    return unknown('unsupported', `${path} is not there, and it is not ours to make`)
  }
  if (gone.includes('cert') && gone.includes('key')) return absent
  const cert = gone.includes('cert') ? undefined : attributes(lines.first(i, 'cert'))
  const key = !asked || gone.includes('key') ? undefined : attributes(lines.first(i, 'key'))
  const sha256 = lines.first(i, 'sum') ?? null
  const match = lines.first(i, 'match')
  if (cert === null || key === null || (cert === undefined) !== (sha256 === null)) return unparsable(path)
  if ((key !== undefined && match === undefined) || (cert === undefined && key === undefined)) return unparsable(path)
  const state = {
    sha256,
    notAfter: endOf(lines.first(i, 'end')),
    keyMatches: asked ? match === 'yes' : null,
    mode: cert?.mode ?? null,
    owner: cert?.owner ?? null,
    group: cert?.group ?? null,
    keyMode: key?.mode ?? null,
    keyOwner: key?.owner ?? null,
    keyGroup: key?.group ?? null,
  }
  const bytes = decodeBase64(lines.first(i, 'text') ?? '')
  const text = bytes === undefined ? undefined : textOf(bytes)
  return { status: 'present', state, ...(text !== undefined && cert !== undefined && { excerpt: text }) }
}

function attributes(line: string | undefined) {
  const found = /^([0-7]{1,4}) (\S+) (\S+)$/.exec(line ?? '')
  return found === null ? null : { mode: fourDigits(found[1] ?? ''), owner: found[2] ?? '', group: found[3] ?? '' }
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `notAfter=Nov 22 10:00:00 2099 GMT` as ISO 8601. */
function endOf(line: string | undefined): string | null {
  const found = /^notAfter=([A-Z][a-z]{2}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4}) GMT$/.exec(line ?? '')
  const month = months.indexOf(found?.[1] ?? '') + 1
  if (found === null || month === 0) return null
  const two = (n: string | number) => String(n).padStart(2, '0')
  return `${found[4]}-${two(month)}-${two(found[2] ?? '')}T${found[3]}Z`
}
