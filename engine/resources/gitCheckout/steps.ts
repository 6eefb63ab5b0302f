import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { step } from '../shell.ts'
import { location, runGit } from './run-git.ts'
import type { CheckoutSpec, CheckoutState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<CheckoutSpec, CheckoutState>): Step {
  const { spec, name: path } = resource
  if (verb === 'delete') {
    return {
      summary: `remove the checkout ${path}`,
      script: step(remove(path)),
      // What git ignores there is in no commit.
      reversibility: 'best-effort',
      ...(have !== null && have.url !== null && { inverse: step(bring(asItWas(path, have, have.url))) }),
    }
  }
  const inverse = have === null ? remove(path) : bring(asItWas(path, have, have.url ?? spec.url ?? ''))
  const moves =
    have === null ||
    fields.length === 0 ||
    fields.some((f) => f.path === 'commit' || f.path === 'tag' || f.path === 'branch')
  const what = moves
    ? `check out ${target(spec)} of ${spec.url ?? ''}`
    : `set ${fields.map((f) => f.path).join(' and ')} of the checkout`
  const summary = `${what} at ${path}${have === null ? '' : `, from ${have.commit.slice(0, 12)}`}`
  // What an account was given is not taken from it again: by then it may have made git run something.
  if (have !== null && fields.some((f) => f.path === 'user'))
    return { summary, script: step(bring(spec)), reversibility: 'best-effort' }
  return { summary, script: step(bring(spec)), reversibility: 'inverse', inverse: step(inverse) }
}

const target = ({ commit, tag, branch }: CheckoutSpec): string =>
  commit?.slice(0, 12) ?? (tag === undefined ? `the branch ${branch ?? ''}` : tag)

function asItWas(path: string, { commit, user }: CheckoutState, url: string): CheckoutSpec {
  return { path, url, commit, user }
}

/** Stands in the folder around, `$n` being the name there. */
const enter = (path: string): Script => sh`p=${hostPath(path)} seconds=600
${runGit}
d=\${p%/*} n=\${p##*/}
[ -d "\${d:-/}" ] || fail "the folder \${d:-/} is missing"
cd -P "\${d:-/}" || exit 1
here=$(pwd -P)
[ ! -L "./$n" ] || fail "$p is a symbolic link"`

/** Goes into the checkout, and nowhere else: whom the folder around belongs to may exchange it for a link at any moment. */
const inside = sh`cd -P "./$n" || exit 1
[ "$(pwd -P)" = "\${here%/}/$n" ] || fail "$p is not where it was"`

/** A checkout that somebody works in is left as it is, whatever a document says. */
const clean = sh`owner=$(stat -c %u .) || exit 1
account "$owner" || fail "the owner of $p has no account"
changes=$(git_as status --porcelain 2>&1) || fail "git can not read $p: $changes"
[ -z "$changes" ] || fail "$p holds changes that nobody committed:
$(printf '%s' "$changes" | head -n 20)"`

const remove = (path: string): Script => sh`${enter(path)}
[ -e "./$n" ] || exit 0
[ -d "./$n/.git" ] || fail "$p is no checkout"
( ${inside}
${clean}
) || exit 1
rm -rf "./$n" || exit 1`

/** A new one is made beside and appears with everything in it; one that is there moves only where that loses nothing. */
function bring(spec: CheckoutSpec): Script {
  const { path, url = '', user = 'root' } = spec
  return sh`${enter(path)}
account ${user} || fail ${`there is no account ${user}`}
U=$u G=$g
obtain() {
${obtain(spec, url)}
}
if [ -d "./$n/.git" ]; then
  ${inside}
  ${clean}
  if [ "$u" != "$U" ]; then
    # Its configuration can make git run programs: that is for its owner, not for whoever gets it next.
    [ "$u" = 0 ] || fail "$p belongs to $account, and git would do what that account wrote there as another one: remove it first"
    chown -hR "$U:$G" . || exit 1
    account ${user}
  fi
  head=$(git_as rev-parse --verify -q HEAD) || exit 1
  git_as config remote.origin.url ${url} || git_as remote add origin ${url} || exit 1
  obtain
  ours=$(git_as config --get plumbline.commit)
  [ "$head" = "$ours" ] || [ "$head" = "$to" ] || [ -n "$(git_as for-each-ref --count=1 --contains "$head" refs/remotes/origin refs/tags)" ] ||
    fail "$p is at a commit that its remote does not have, and stays there: $head"
else
  [ ! -e "./$n" ] || rmdir "./$n" 2>/dev/null || fail "$p is there and is no checkout"
  w=$(mktemp -d ./.plumbline.XXXXXX) || exit 1
  trap 'cd /; rm -rf "\${d:-}/$w"' EXIT
  trap 'exit 1' HUP INT TERM
  cd -P "$w" || exit 1
  case $(pwd -P) in */.plumbline.??????) [ -O . ] ;; *) false ;; esac || fail "somebody moved our folder in $d"
  chmod 0711 . || exit 1
  ( umask 022; mkdir ./tree ) && chown -h "$u:$g" ./tree && cd -P ./tree || exit 1
  git_as init -q . >&2 && git_as remote add origin ${url} || exit 1
  obtain
fi
git_as checkout -q --detach "$to" >&2 || fail "$to could not be checked out"
git_as config plumbline.commit "$to" || exit 1
if [ -n "\${w:-}" ]; then
  cd -P .. || exit 1
  mv -T ./tree "../$n" || exit 1
fi
sync . 2>/dev/null || :`
}

/** Sets `$to`. What is there by now costs no question to the remote. */
function obtain(spec: CheckoutSpec, url: string): Script {
  const fetch = sh`git_as fetch -q --no-recurse-submodules --force -- ${location(url)} '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*' >&2`
  const { commit, tag, branch = '' } = spec
  if (commit !== undefined) {
    const there = sh`git_as cat-file -e ${`${commit}^{commit}`} 2>/dev/null`
    return sh`  to=${commit}
  ${there} || ${fetch} || fail 'the repository could not be fetched'
  ${there} || git_as fetch -q --no-recurse-submodules -- ${location(url)} ${commit} >&2 || fail ${`the repository has no commit ${commit}`}`
  }
  const name = tag === undefined ? `refs/remotes/origin/${branch}` : `refs/tags/${tag}`
  return sh`  ${fetch} || fail 'the repository could not be fetched'
  to=$(git_as rev-parse --verify -q ${`${name}^{commit}`}) || fail ${tag === undefined ? `the repository has no branch ${branch}` : `the repository has no tag ${tag}`}`
}
