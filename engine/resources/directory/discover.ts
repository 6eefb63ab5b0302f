import type { Discovered, ProbeOutput } from '../../model/resource.ts'
import { read, type Script } from '../../model/script.ts'
import { fourDigits } from '../host-path.ts'
import { leftOut } from '../left-out.ts'
import { taggedLines } from '../observed.ts'
import type { DirectorySpec } from './spec.ts'

/** Folders that systemd and others make by themselves. */
const kept = ['./etc/systemd', './etc/ssl/certs', './etc/opt', './etc/alternatives']

/**
 * Prints `folder MODE OWNER GROUP PATH` for folders that no package brought: all below /etc, and those that stand in /srv and
 * /opt; below a prefix `uid N NAME` and `gid N NAME`.
 */
const probe: Script = read`(
cd -P "\${R:-/}" || exit
[ -z "$R" ] && w='%u %g' || w='%U %G'
{
  cat var/lib/dpkg/info/*.list 2>/dev/null | grep -E '^/(etc|srv|opt)/'
  echo =
  set --
  for k in ${kept}; do set -- "$@" -path "$k" -prune -o; done
  find ./etc -xdev -mindepth 1 "$@" -type d ! -path '*[[:cntrl:]]*' -printf "%m $w %p\n" 2>/dev/null | head -n 2000
  find ./srv ./opt -xdev -mindepth 1 -maxdepth 1 -type d ! -path '*[[:cntrl:]]*' -printf "%m $w %p\n" 2>/dev/null | head -n 2000
} | awk '
!found { if ($0 == "=") found = 1; else shipped[$0]; next }
{ p = $0; sub(/^[^.]*\\./, "", p); a = substr($0, 1, length($0) - length(p) - 1) }
!(p in shipped) { print "folder", a p }
END { print "end" }'
if [ -n "$R" ]; then
  awk -F: '{ print "uid", $3, $1 }' etc/passwd 2>/dev/null
  awk -F: '{ print "gid", $3, $1 }' etc/group 2>/dev/null
fi
)
`

function parse(output: ProbeOutput): readonly Discovered<DirectorySpec>[] {
  const lines = taggedLines(output.stdout)
  if (!lines.some((l) => l.tag === 'end')) return []
  const names = new Map(
    lines.flatMap(({ tag, rest }) => {
      const [id, name = ''] = rest.split(' ')
      return tag === 'uid' || tag === 'gid' ? [[`${tag} ${id}`, name] as const] : []
    }),
  )
  return lines.flatMap(({ tag, rest }): Discovered<DirectorySpec>[] => {
    const [, bits = '', uid = '', gid = '', path = ''] = /^([0-7]{1,4}) (\S+) (\S+) (\/[^\p{Cc}]*)$/u.exec(rest) ?? []
    if (tag !== 'folder' || path === '' || path.endsWith('/')) return []
    const mode = fourDigits(bits.padStart(3, '0'))
    const owner = names.get(`uid ${uid}`) ?? uid
    const group = names.get(`gid ${gid}`) ?? gid
    if (![owner, group].every((name) => /^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(name))) {
      return [leftOut(`directory:${path}`, 'its owner or group has no name')]
    }
    return [
      {
        spec: {
          path,
          ...(mode !== '0755' && { mode }),
          ...(owner !== 'root' && { owner }),
          ...(group !== 'root' && { group }),
        },
      },
    ]
  })
}

export const discover = { probe, parse }
