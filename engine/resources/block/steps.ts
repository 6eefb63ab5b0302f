import type { Change, Step } from '../../model/resource.ts'
import { hostPath, join, read, type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { stateFolder } from '../host-path.ts'
import { awkLines, decidesAccess, editFile } from '../part-of-file.ts'
import { at } from '../replace-file.ts'
import { areWhole, digests, marks } from './probe.ts'
import { type BlockSpec, type BlockState, named } from './spec.ts'

/** Nothing outside the markers is touched, so what others did to it meanwhile stays, here and when the step is taken back. */
export function steps({ verb, resource, have }: Change<BlockSpec, BlockState>): Step {
  const spec: BlockSpec = { ...resource.spec, ...named(resource.name) }
  const { path, name } = spec
  const script = (edit: Script, create: boolean) =>
    editFile({
      locate: at(path),
      edit: sh`marks=$(${marks(name, read`"$old"`)}) || exit 1
${edit}`,
      create,
      ...(spec.validate !== undefined && { validate: spec.validate }),
    })
  const before = have === null ? isNot : join([isThere, keep(have)])
  const after = verb === 'delete' ? isNot : isThere
  const what =
    verb === 'create'
      ? `add the block ${name} to`
      : verb === 'delete'
        ? `remove the block ${name} from`
        : `change the block ${name} in`
  return {
    summary: `${what} ${path}`,
    script: script(
      join([before, verb === 'delete' ? drop : put(spec, verb === 'update')]),
      verb === 'create' && spec.create === true,
    ),
    reversibility: 'inverse',
    inverse: script(join([after, have === null ? drop : put(earlier(spec, have), verb === 'update')]), false),
    ...(decidesAccess(path) && { access: true }),
  }
}

const earlier = (spec: BlockSpec, { sha256, comment }: BlockState): BlockSpec => ({
  ...spec,
  comment: comment as NonNullable<BlockSpec['comment']>,
  preimage: sha256,
})

const isNot = sh`[ -z "$marks" ] || fail 'the block is there by now'`
const isThere = sh`if ${areWhole}; then :; else fail "the markers are not what they were: $marks"; fi`

/** The text goes to where pre-images are kept, so that it can come back. */
function keep({ sha256 }: BlockState): Script {
  const folder = hostPath(`${stateFolder}/preimages`)
  const kept = hostPath(`${stateFolder}/preimages/${sha256}`)
  return sh`${digests(read`"$old"`)}
(
  umask 077
  mkdir -p ${folder} || exit 1
  if [ "$has" = ${sha256} ]; then body "$old" > ${kept}.new || exit 1
  elif [ "$open" = ${sha256} ]; then body "$old" | awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }' > ${kept}.new || exit 1
  else fail 'the block was changed meanwhile'
  fi
  sync ${kept}.new && mv -f ${kept}.new ${kept} || exit 1
) || exit 1`
}

const drop = sh`FIN=$fin FROM=$from TO=$to awk '${awkLines}
NR < ENVIRON["FROM"] + 0 || NR > ENVIRON["TO"] + 0 { out($0) }
END { finish() }' < "$old" > "$t" || exit 1`

/** A block that is there is written in its place; a new one goes where it was asked for. */
function put(spec: BlockSpec, there: boolean): Script {
  const { name, comment = '#', position = 'end', after, before } = spec
  const where = there ? 'lines' : after !== undefined ? 'after' : before !== undefined ? 'before' : position
  const lines = there ? sh`FROM=$from TO=$to` : sh`FROM=0 TO=0`
  return sh`${fill(spec)}
inside=$(${marks(name, read`./old`)})
[ -z "$inside" ] || fail 'the new text has markers of this block in it'
FIN=$fin ${lines} OPEN=${`${comment} BEGIN plumbline ${name}`} CLOSE=${`${comment} END plumbline ${name}`} WHERE=${where} ANCHOR=${after ?? before ?? ''} NEW=./old awk '${awkLines}
function block(  line) {
  ours(ENVIRON["OPEN"])
  while ((getline line < ENVIRON["NEW"]) > 0) ours(line)
  ours(ENVIRON["CLOSE"])
  done = 1
}
BEGIN { where = ENVIRON["WHERE"]; from = ENVIRON["FROM"] + 0; to = ENVIRON["TO"] + 0 }
where == "beginning" && !done { block() }
from && NR == from { block() }
from && NR >= from && NR <= to { next }
where == "before" && !done && plain($0) == ENVIRON["ANCHOR"] { block() }
{ out($0) }
where == "after" && !done && plain($0) == ENVIRON["ANCHOR"] { block() }
END {
  if (!done && (where == "after" || where == "before")) exit 7
  if (!done) block()
  finish()
}' < "$old" > "$t" || fail 'the line before or after which it shall stand is not there'
rm -f ./old`
}

/** The new text as `./old`, a name that is cleaned up with the folder whatever happens. */
function fill(spec: BlockSpec): Script {
  if (spec.preimage !== undefined) {
    const kept = hostPath(`${stateFolder}/preimages/${spec.preimage}`)
    return sh`[ -f ${kept} ] || fail ${`the pre-image ${spec.preimage} is not on the host any more`}
got=$(sha256sum < ${kept}) || exit 1
[ "\${got%% *}" = ${spec.preimage} ] || fail ${`the pre-image ${spec.preimage} was changed on the host`}
cat < ${kept} > ./old || exit 1`
  }
  const bytes = spec.base64 ?? encodeBase64(new TextEncoder().encode(spec.content ?? ''))
  if (bytes === '') return sh`: > ./old || exit 1`
  return sh`base64 -d > ./old <<'PLUMBLINE_CONTENT' || exit 1
${bytes}
PLUMBLINE_CONTENT
tr -d '\\000\\r' < ./old | cmp -s - ./old || fail 'the new text is no text, or has line ends of its own'`
}
