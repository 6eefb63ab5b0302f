import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { awkLines, decidesAccess, editFile } from '../part-of-file.ts'
import { at } from '../replace-file.ts'
import { awkMatch } from './probe.ts'
import { type LineSpec, type LineState, named } from './spec.ts'

/** Nothing else in the file is touched, so what others did to it meanwhile stays, here and when the step is taken back. */
export function steps({ verb, resource, have }: Change<LineSpec, LineState>): Step {
  const spec: LineSpec = { ...named(resource.name), ...resource.spec }
  const what = spec.key === undefined ? 'a line' : `the line ${spec.key}`
  const summary = verb === 'create' ? `add ${what} to` : verb === 'delete' ? `remove ${what} from` : `change ${what} in`
  const script = (edit: Script, create: boolean) =>
    editFile({
      locate: at(spec.path),
      edit,
      create,
      ...(spec.validate !== undefined && { validate: spec.validate }),
    })
  return {
    summary: `${summary} ${spec.path}`,
    script: script(verb === 'delete' ? drop(spec) : put(spec), verb !== 'delete' && spec.create === true),
    reversibility: 'inverse',
    inverse: script(have === null ? drop(spec) : put({ ...spec, line: have.line }), false),
    ...(decidesAccess(spec.path) && { access: true }),
  }
}

const drop = ({
  key = '',
  line = '',
}: LineSpec): Script => sh`FIN=$fin KEY=${key} LINE=${line} awk '${awkLines}${awkMatch}
!matches($0) { out($0) }
END { finish() }' < "$old" > "$t" || exit 1`

/** A line that is there is changed in its place; a new one goes where it was asked for. */
function put({ key = '', line = '', position = 'end', after, before }: LineSpec): Script {
  const where = after !== undefined ? 'after' : before !== undefined ? 'before' : position
  return sh`c=$(KEY=${key} LINE=${line} awk '${awkLines}${awkMatch}
matches($0) { n++ } END { print n + 0 }' < "$old") || exit 1
[ "$c" -le 1 ] || [ -z ${key} ] || fail "$c lines begin with "${key}
FIN=$fin KEY=${key} LINE=${line} WHERE=${where} ANCHOR=${after ?? before ?? ''} COUNT=$c awk '${awkLines}${awkMatch}
BEGIN { there = ENVIRON["COUNT"] > 0; where = there ? "" : ENVIRON["WHERE"]; want = ENVIRON["LINE"] }
NR == 1 && where == "beginning" { ours(want); done = 1 }
there && ENVIRON["KEY"] != "" && matches($0) { out(want (/\\r$/ ? "\\r" : "")); next }
where == "before" && !done && plain($0) == ENVIRON["ANCHOR"] { ours(want); done = 1 }
{ out($0) }
where == "after" && !done && plain($0) == ENVIRON["ANCHOR"] { ours(want); done = 1 }
END {
  if (!done && (where == "after" || where == "before")) exit 7
  if (!done && where != "") ours(want)
  finish()
}' < "$old" > "$t" || fail 'the line before or after which it shall stand is not there'`
}
