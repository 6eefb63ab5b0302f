/**
 * What a line looks like that opens something: told by the name of the setting or the form of the value, as programs
 * write them. Each form has one group, the value; a text that nobody would miss is rather taken for one than overlooked.
 */
const name = `(?:[a-z0-9_.-]{0,60}(?:pass(?:word|wd|phrase)|secret(?:[_-]?access)?(?:[_-]?key)?|api[_-]?key|account[_-]?key|pre[_-]?shared[_-]?key|private[_-]?key|client-key-data|bind[_-]?pw|root[_-]?pw|auth[_-]?token|access[_-]?token|bearer[_-]?token)|(?:[a-z0-9.-]{0,60}[_.-])?(?:pass|pwd|pw|psk|credentials?|_auth))`

/** Words that stand where a value could, and names of files and variables, open nothing. */
const nothing = String.raw`(?![/$%{]|<[^>\n]{0,60}>|(?:yes|no|on|off|true|false|none|null|nil|ask|prompt|requi(?:red?|site)|sufficient|optional|include|substack|files|compat|db|sss|ldap|nis|systemd|md5|bcrypt|scram-sha-256|sha-?\d+|x|\*+|\[success=)(?![^\s"',;)\]]))`

const value = String.raw`([^\s"'#;,)\]}&]{3,})`

const forms: readonly RegExp[] = [
  // password = x, "secret": "x", 'password' => 'x', define('DB_PASSWORD', 'x'), PGPASSWORD=x, --password=x
  new RegExp(
    String.raw`(?:^|[^a-z0-9])${name}["'\]]{0,3}[ \t]*(?:=>|:=|[:=]|(?<=["'] ?),)[ \t]*["']?${nothing}${value}`,
    'gim',
  ),
  /define\(\s*["'][A-Z_]*(?:KEY|SALT)["']\s*,\s*["']([^"'\n]{3,})/g,
  /(?:^|[\s"'_.-])token["']?\s*[:=]\s*["']?([A-Za-z0-9+/_.~-]{12,})/gim,
  // Words with blanks between them.
  /^\s*(?:requirepass|masterauth|bindpw|rootpw|r[ow]community6?)\s+["']?(?![/$])([^\s"']{4,})/gim,
  /\b(?:secret|password|passphrase)\s+["']([^"'\s$]{4,})["']/gi,
  /\blogin\s+\S+\s+password\s+(\S{3,})/gi,
  /:\s*(?:PSK|EAP|XAUTH|NTLM)\s+["']?([^\s"']{3,})/g,
  /^\s*createUser\s+\S+\s+(?:MD5|SHA\S*)\s+["']?([^\s"']{3,})/gim,
  // What programs are told, and what they send.
  /authorization["']?[\s:=,]+["']?(?:basic|bearer|token)\s+([^\s"'$]{6,})/gi,
  /["']auth["']\s*:\s*["']([A-Za-z0-9+/=]{8,})/g,
  /\b(?:mysql|mariadb)[a-z]*\b[^\n|;]{0,300}\s-p(?![/$])([^\s'"]{3,})/g,
  /\bsshpass\s+-p\s*(?!\$)["']?([^\s"']{3,})/g,
  /\b(?:curl|wget)\b[^\n|;]{0,300}\s(?:-u|--user)[ =]?["']?[^\s:"'$]{1,100}:(?!\$)([^\s"']{3,})/g,
  /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"']{0,100}:([^\s/@"'${]{3,})@/gi,
  // host:port:database:user:password of PostgreSQL
  /^[^\s:#]+:(?:\d{1,5}|\*):[^\s:]+:[^\s:]+:([^\s:]{3,})$/gm,
  // Hashes.
  /(?:^|[\s"':=])(\$(?:1|5|6|7|y|gy|2[abxy]|apr1|sha1|argon2[a-z]*)\$[A-Za-z0-9./$=,+-]{12,})/gm,
  /(\{(?:SSHA|SHA|SMD5|MD5|CRYPT|PBKDF2|ARGON2)[A-Z0-9-]*\}[^\s"']{8,})/gi,
  /(grub\.pbkdf2\.sha512\.[0-9A-Za-z.]{10,})/g,
]

/** Where the first thing stands that looks like a password, token or hash; -1 where nothing does. */
export function passwordLook(text: string): number {
  const found = forms.flatMap((form) => {
    form.lastIndex = 0
    const match = form.exec(text)
    return match === null ? [] : [match.index + match[0].lastIndexOf(match[1] ?? '')]
  })
  return found.length === 0 ? -1 : Math.min(...found)
}

/** A text as it may be shown: what looks like a password is masked. */
export function hidePasswords(text: string): string {
  return forms.reduce(
    (left, form) =>
      left.replace(form, (whole: string, secret: string) => {
        const at = whole.lastIndexOf(secret)
        return `${whole.slice(0, at)}***${whole.slice(at + secret.length)}`
      }),
    text,
  )
}

/** Files that hold passwords whatever their form: told by their names. */
export const isPasswordFile = (path: string): boolean =>
  /(?:^|\/)(?:\.?netrc|\.?pgpass(?:\.conf)?|[^/]*htpasswd[^/]*|[^/]*htdigest|(?:chap|pap)-secrets|ipsec\.secrets|sasl_passwd|\.git-credentials|\.?credentials|\.vault-token|rndc\.key|g?shadow-?|opasswd|[^/]*\.(?:keytab|p12|pfx|jks|kdbx|keystore|pgpass|secrets?))$|^\/etc\/apt\/auth\.conf/i.test(
    path,
  )
