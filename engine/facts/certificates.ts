import { read } from '../model/script.ts'
import { bytesOfBase64 } from '../model/ssh-key.ts'
import { compact, fact, tagged } from './fact.ts'
import { readCertificate } from './x509.ts'

const most = 200

/**
 * The first certificate of each file that looks like one, where administrators and certbot put them. The store of
 * authorities that the distribution trusts is left out. Only what stands between the marks of a certificate is printed:
 * a private key in the same file stays on the host.
 */
export const certificates = fact(
  'certificates',
  [
    read`folders=
for folder in etc/ssl etc/letsencrypt/live etc/pki/tls etc/nginx etc/apache2 etc/httpd etc/haproxy etc/postfix etc/dovecot; do
  [ ! -d "$R/$folder" ] || folders="$folders $folder"
done
[ -n "$folders" ] || exit 0
cd "$R/" || exit 1
# Links of letsencrypt lead to its files; those of the store of authorities are not looked at.
find $folders -maxdepth 4 \\( -name '*.pem' -o -name '*.crt' -o -name '*.cer' \\) \\( -type f -o -path 'etc/letsencrypt/*' \\) ! -name ca-certificates.crt ! -name ca-bundle.crt ! -name 'tls-ca-bundle*' ! -path 'etc/letsencrypt/live/*/chain.pem' ! -path 'etc/letsencrypt/live/*/fullchain.pem' 2>/dev/null | sort | head -n ${most} | awk '{
  file = $0; inside = 0; n = 0
  while (n++ < 400 && (getline text < file) > 0) {
    sub(/\r$/, "", text)
    if (text == "-----BEGIN CERTIFICATE-----") { inside = 1; printf "cert /%s\t", file; continue }
    if (inside && text == "-----END CERTIFICATE-----") break
    if (inside) printf "%s", text
  }
  close(file)
  if (inside) print ""
}'`,
  ],
  (stdout) =>
    tagged(stdout, 'cert').flatMap((line) => {
      const at = line.indexOf('\t')
      const bytes = at < 0 ? undefined : bytesOfBase64(line.slice(at + 1))
      const read = bytes === undefined ? undefined : readCertificate(bytes)
      return read === undefined ? [] : [compact({ file: line.slice(0, at), ...read })]
    }),
)
