import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { decodeBase64 } from '../base64.ts'
import { type NumberedLines, numberedLines } from '../numbered-lines.ts'
import { absent, missingTool, noPermission, unknown, unparsable } from '../observed.ts'
import { location, runGit } from './run-git.ts'
import { type CheckoutSpec, type CheckoutState, isRemote } from './spec.ts'

/** Seconds that a remote has to say where a branch is. */
const remoteSeconds = 10

/** A commit or tag is compared with what is on the host; only a branch costs a question to the remote. */
export function probe(specs: readonly CheckoutSpec[]): Script {
  return read`(
exec </dev/null
for t in git stat timeout base64 cut env tr; do command -v "$t" >/dev/null || echo "missing $t"; done
seconds=30
${runGit}
told() { printf '%s %s %s\n' "$1" "$2" "$(head -c 600 | base64 | tr -d '\n')"; }
look() {
  i=$1 p=$2
  d=\${2%/*}
  while [ -n "$d" ] && [ ! -d "$d" ]; do d=\${d%/*}; done
  if [ -L "$p" ]; then echo "odd $i"; return 1
  elif [ ! -e "$p" ]; then
    if [ -x "\${d:-/}" ]; then echo "absent $i"; else echo "denied $i"; fi
    return 1
  elif [ ! -d "$p" ]; then echo "odd $i"; return 1
  elif ! cd -P "$p" 2>/dev/null || ! [ -r . ]; then echo "denied $i"; return 1
  elif [ ! -d .git ]; then
    set -- * .[!.]* ..?*
    if [ "$*" = '* .[!.]* ..?*' ]; then echo "absent $i"; else echo "odd $i"; fi
    return 1
  fi
  account "$(stat -c %u .)" || { echo 'its owner has no account' | told failed "$i"; return 1; }
  head=$(git_as rev-parse --verify -q 'HEAD^{commit}' 2>&1) || { printf 'HEAD: %s' "$head" | told failed "$i"; return 1; }
  printf 'head %s %s\n' "$i" "$head"
  printf 'user %s %s\n' "$i" "$account"
  git_as config --get remote.origin.url | told url "$i"
  # Not through the pipe: a status that fails must not pass for a clean one.
  if changes=$(git_as status --porcelain 2>&1); then
    if [ -n "$changes" ]; then echo "dirty $i yes"; else echo "dirty $i no"; fi
  else printf '%s' "$changes" | told failed "$i"
  fi
}
tag() { printf 'at %s %s\n' "$i" "$(git_as rev-parse --verify -q "refs/tags/$1^{commit}" 2>/dev/null)"; }
branch() {
  seconds=${remoteSeconds}
  if said=$(git_as ls-remote -- "$2" "refs/heads/$1" 2>&1); then printf 'at %s %s\n' "$i" "$(printf '%s' "$said" | cut -f 1)"
  else printf '%s' "$said" | told remote "$i"
  fi
}
${join(specs.map(look))}
echo end
)
`
}

/** Each in a shell of its own, since it goes into the folder. */
function look(spec: CheckoutSpec, i: number): Script {
  const { tag, branch, url = '' } = spec
  const where =
    tag !== undefined
      ? read` && tag ${tag}`
      : branch !== undefined
        ? read` && branch ${branch} ${location(url)}`
        : read``
  return read`( look ${i} ${hostPath(spec.path)}${where} )`
}

export function parse(specs: readonly CheckoutSpec[], output: ProbeOutput): readonly Observation<CheckoutState>[] {
  const lines = numberedLines(output.stdout)
  const [tool] = lines.missing
  return specs.map((spec, i) => (tool === undefined ? seen(spec, lines, i) : missingTool(tool)))
}

function seen(spec: CheckoutSpec, lines: NumberedLines, i: number): Observation<CheckoutState> {
  const { path } = spec
  const has = (tag: string) => lines.first(i, tag) !== undefined
  if (!lines.whole) return unparsable(path)
  if (has('denied')) return noPermission(path)
  if (has('absent')) return absent
  if (has('odd'))
    return unknown('unsupported', `${path} is there and is no checkout: move it away, or choose another path`)
  if (has('failed')) return unknown('unsupported', `git can't read ${path}: ${text(lines.first(i, 'failed'))}`)
  if (has('remote')) {
    return unknown(
      'unsupported',
      `${spec.url ?? ''} did not say where ${spec.branch ?? ''} is: ${text(lines.first(i, 'remote'))}`,
    )
  }
  const [commit = '', user = '', dirty, at = ''] = ['head', 'user', 'dirty', 'at'].map((tag) => lines.first(i, tag))
  if (!isCommit(commit) || user === '' || (dirty !== 'yes' && dirty !== 'no')) return unparsable(path)
  if (spec.branch !== undefined && !isCommit(at)) {
    return unknown('unsupported', `${spec.url ?? ''} has no branch ${spec.branch}`)
  }
  const remote = text(lines.first(i, 'url')).replace(/\n$/, '')
  const state = { commit, url: isRemote(remote) ? remote : null, user, dirty: dirty === 'yes' }
  return { status: 'present', state, ...(isCommit(at) && { excerpt: at }) }
}

export const isCommit = (text: string): boolean => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text)

function text(base64: string | undefined): string {
  const bytes = base64 === undefined ? undefined : decodeBase64(base64)
  return bytes === undefined ? '' : new TextDecoder().decode(bytes)
}
