import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read } from '../../model/script.ts'
import { taggedLines } from '../observed.ts'
import type { CertificateSpec } from './spec.ts'

/**
 * Certificates that no package brought, in the usual folders. They become watches: what renews them is not known. Keys are named
 * and never read. Prints `cert PATH`, `key PATH`, and `end`.
 */
export const discoverProbe = read`(
exec </dev/null
cd -P "\${R:-/}" || exit
files=$(find etc/ssl etc/letsencrypt/live etc/nginx etc/apache2 etc/haproxy etc/postfix etc/dovecot etc/pki/tls \\
  -path etc/ssl/certs -prune -o -path etc/pki/tls/certs -prune -o \\( -type f -o -type l \\) -size -200k -print 2>/dev/null | head -n 2000)
printf '%s\n' "$files" | { cat var/lib/dpkg/info/*.list 2>/dev/null; echo =; cat; } | awk '
  !found && $0 == "=" { found = 1; next }
  !found { own[$0] = 1; next }
  $0 != "" && !(("/" $0) in own)' | while IFS= read -r f; do
  [ -f "$f" ] && [ -r "$f" ] || continue
  if LC_ALL=C grep -q -- '-----BEGIN .*PRIVATE KEY-----' "$f"; then echo "key /$f"
  elif LC_ALL=C grep -q -- '-----BEGIN CERTIFICATE-----' "$f"; then echo "cert /$f"
  fi
done
echo end
)
`

export function parseDiscovered(output: ProbeOutput): readonly Discovered<CertificateSpec>[] {
  if (!/(^|\n)end\n$/.test(output.stdout)) return []
  return taggedLines(output.stdout).flatMap(({ tag, rest }): Discovered<CertificateSpec>[] => {
    // Beside each certificate of certbot stand its parts.
    if (!/^(\/[A-Za-z0-9_.@+-]+)+$/.test(rest) || /^\/etc\/letsencrypt\/live\/.*\/(cert|chain)\.pem$/.test(rest))
      return []
    if (tag === 'cert') return [{ spec: { path: rest, observeOnly: true } }]
    if (tag === 'key') return [{ leftOut: rest, because: 'a private key is never read out', claims: [rest] }]
    return []
  })
}
