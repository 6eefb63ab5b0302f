import { read } from '../model/script.ts'
import { compact, fact, numberOf, tagged } from './fact.ts'

const day = 86_400_000

/** Accounts of the host's own files. Of shadow only whether a password opens the account, when it ends and when it was changed: never the hash. */
export const users = fact(
  'users',
  [
    read`awk '{ print "user " $0 }' "$R/etc/passwd" || exit 1
awk '{ print "group " $0 }' "$R/etc/group"
[ ! -r "$R/etc/shadow" ] || awk -F : '{ print "shadow " $1 ":" ($2 ~ /^[!*]/) ":" $8 ":" $3 }' "$R/etc/shadow"
:`,
  ],
  (stdout) => {
    const groups = tagged(stdout, 'group').flatMap((line) => {
      const [name = '', , gid, members = ''] = line.split(':')
      return gid === undefined ? [] : [{ name, gid, members: members.split(',') }]
    })
    const shadow = new Map(
      tagged(stdout, 'shadow').map((line) => {
        const [name = '', locked, days, changed] = line.split(':')
        return [name, { locked: locked === '1', expires: dateOf(numberOf(days)), changed: dateOf(numberOf(changed)) }]
      }),
    )
    const found = tagged(stdout, 'user').flatMap((line) => {
      const [name = '', , uid, gid, , home = '', shell = ''] = line.split(':')
      const [uidNumber, gidNumber] = [numberOf(uid), numberOf(gid)]
      if (name === '' || uidNumber === undefined || gidNumber === undefined) return []
      const member = groups.filter((g) => g.gid === gid || g.members.includes(name)).map((g) => g.name)
      const fields = { name, uid: uidNumber, gid: gidNumber, home, shell, groups: [...new Set(member)].sort() }
      return [compact({ ...fields, ...shadow.get(name) })]
    })
    return found.length === 0 ? undefined : found
  },
)

/** The day after so many days since 1970; none where the number stands for never. */
function dateOf(days: number | undefined): string | undefined {
  if (days === undefined || days < 0 || days > 1_000_000) return undefined
  return new Date(days * day).toISOString().slice(0, 10)
}
