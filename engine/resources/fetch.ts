import type { Address } from '../model/address.ts'
import { type Diagnostic, reporter } from '../model/diagnostic.ts'
import type { Place } from '../model/document.ts'
import { hostPath, type Script, secret, sh } from '../model/script.ts'
import { codes } from './codes.ts'

const report = reporter(codes)

/** What a host fetches by itself. */
export interface Fetch {
  readonly url: string
  /** `sha256:` and 64 hex digits. */
  readonly checksum: string
  /** A header of the request, `Name: value`; may be a secret. */
  readonly header?: string
  /** Seconds for the whole of it. */
  readonly timeout?: number
  /** Bytes. */
  readonly maxSize?: number
}

export const fetchDefaults = { timeout: 300, maxSize: 1_073_741_824 } as const

/** Findings about where something is fetched from. */
export function checkUrl(url: string, about: { place: Place; subject: Address }): readonly Diagnostic[] {
  const invalid = (summary: string) => [report('resource-invalid', { ...about.place, subject: about.subject, summary })]
  const parsed = parsedUrl(url)
  if (parsed === undefined) return invalid(`${JSON.stringify(url.slice(0, 200))} is no http, https or file URL`)
  // The URL itself is not repeated: a password stands in it.
  if (parsed.username !== '' || parsed.password !== '') {
    return invalid('a URL holds an account or a password, which everybody would see; use header with a secret')
  }
  if (parsed.protocol === 'file:' && (parsed.host !== '' || filePath(parsed) === undefined)) {
    return invalid(`${url} is not a file on the host itself`)
  }
  return []
}

/** The hex digits of a checksum. */
export const digestIn = (checksum: string): string => checksum.replace(/^sha256:/, '')

/**
 * Fetches to `$t`, which lies where nobody else writes, and fails unless it is what the checksum says. Redirects stay on
 * http and https, never leave https, and are not followed at all with a header, which would follow to a stranger. A
 * header is read by the tool from a file or its input: a command line could be read by everybody. Leaves `./header` behind
 * where it stops half-way.
 */
export function fetchTo(fetch: Fetch): Script {
  const { url, checksum, timeout = fetchDefaults.timeout, maxSize = fetchDefaults.maxSize } = fetch
  const parsed = parsedUrl(url)
  if (parsed === undefined) return sh`fail 'the URL is not http, https or file'`
  return sh`${parsed.protocol === 'file:' ? fromFile(parsed, maxSize) : fromWeb(parsed, fetch, timeout, maxSize)}
size=$(wc -c < "$t") || exit 1
[ "$size" -le ${maxSize} ] || fail ${`what was fetched is larger than ${maxSize} bytes`}
got=$(sha256sum < "$t") || exit 1
got=\${got%% *}
[ "$got" = ${digestIn(checksum)} ] || fail "what was fetched has the checksum sha256:$got"${`, not ${checksum}`}`
}

function fromFile(url: URL, maxSize: number): Script {
  const path = filePath(url)
  if (path === undefined) return sh`fail 'the URL is no file of the host'`
  return sh`s=${hostPath(path)}
[ -f "$s" ] || fail ${`there is no file ${path}`}
head -c ${maxSize + 1} < "$s" > "$t" || exit 1`
}

/** The status of the tool comes over a third stream: that of a pipe is its last command's. */
function fromWeb(url: URL, { header }: Fetch, timeout: number, maxSize: number): Script {
  const redirects = url.protocol === 'https:' ? '=https' : '=http,https'
  const follow = ['--location', '--max-redirs', header === undefined ? '5' : '0', '--proto-redir', redirects]
  const asked = header === undefined ? sh`: > ./header` : headerFile(header)
  return sh`command -v timeout >/dev/null || fail 'the host has no timeout'
${asked}
fetch() {
  if command -v curl >/dev/null; then
    timeout -k 5 ${timeout} curl --disable --fail --silent --show-error --globoff --proto ${redirects} --connect-timeout 15 ${follow} --header @./header --output - -- ${url.href}
  elif command -v wget >/dev/null; then
    [ ! -s ./header ] || sed 's/^/header = /' ./header > ./wgetrc || return 1
    [ -s ./header ] || : > ./wgetrc
    timeout -k 5 ${timeout} wget --config=./wgetrc --quiet --tries=1 --timeout=15 --max-redirect=0 --output-document=- -- ${url.href}
    c=$?
    rm -f ./wgetrc
    return $c
  else echo 'the host has neither curl nor wget' >&2; return 1
  fi
}
c=$({ { fetch; echo "$?" >&3; } | head -c ${maxSize + 1} > "$t"; } 3>&1)
rm -f ./header
[ "$c" = 0 ] || [ "$(wc -c < "$t")" -gt ${maxSize} ] || fail ${`${url.href} could not be fetched`}" (status $c)"`
}

const headerFile = (header: string): Script => sh`cat > ./header <<'PLUMBLINE_HEADER' || exit 1
${plain(secret(header.replaceAll(/[\r\n]+/g, ' ')))}
PLUMBLINE_HEADER`

/** Inside a here-document with a quoted end nothing is read by the shell, so nothing may be quoted. */
const plain = ({ secret: text }: { readonly secret: string }): Script => ({
  readOnly: false,
  parts: [{ text, secret: true }],
})

function parsedUrl(url: string): URL | undefined {
  if (/[\p{Cc}\s\\]/u.test(url)) return undefined
  try {
    const parsed = new URL(url)
    return ['http:', 'https:', 'file:'].includes(parsed.protocol) ? parsed : undefined
  } catch {
    return undefined
  }
}

function filePath(url: URL): string | undefined {
  try {
    const path = decodeURIComponent(url.pathname)
    return path.includes('\0') ? undefined : path
  } catch {
    return undefined
  }
}
