/** Private keys and tokens whose form says what they are. Each is told by its name, never by its value. */
const forms: readonly (readonly [string, RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-[23]:/],
  ['an age identity', /AGE-SECRET-KEY-1[0-9A-Z]{10}/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  ['a GitHub token', /\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{40}/],
  ['a GitLab token', /\bgl(?:pat|ptt|dt|rt)-[A-Za-z0-9_-]{20}/],
  ['a Slack token', /\bxox[abeprs]-[A-Za-z0-9-]{10}|hooks\.slack\.com\/services\/T[A-Z0-9]+\/B[A-Z0-9]+\/[A-Za-z0-9]+/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16}/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}/],
  ['a Vault token', /\bhv[sbr]\.[A-Za-z0-9_-]{20}/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8}/],
  ['a password hash', /(?:^|[\s"':])\$(?:6|5|y|2[aby]|argon2id?)\$[A-Za-z0-9./$=,]{20}/m],
]

/** A quick look that nearly every file passes: what every form above holds. */
const hint =
  /PRIVATE KEY|PuTTY-|AGE-SECRET|A[KS]IA|gh[pousr]_|github_pat_|gl[a-z]{2,3}-|xox|hooks\.slack|k_live_|AIza|npm_|hv[sbr]\.|eyJ|\$(?:6|5|y|2|argon)/

/** The first secret of each form. */
export function findSecrets(text: string): { readonly what: string; readonly offset: number }[] {
  if (!hint.test(text)) return []
  return forms.flatMap(([what, form]) => {
    const offset = text.search(form)
    return offset === -1 ? [] : [{ what, offset }]
  })
}
