import type { Change, Step } from '../../model/resource.ts'
import { type Script, sh } from '../../model/script.ts'
import { encodeBase64 } from '../base64.ts'
import { at, fillFrom, fillFromPreimage, removeFile, replaceFile, setAttributes, validator } from '../replace-file.ts'
import { ruleText } from './rule-text.ts'
import { pathOf, type Rule, type SudoSpec, type SudoState } from './spec.ts'

export function steps({ verb, resource, have, fields }: Change<SudoSpec, SudoState>): Step {
  const { spec, name } = resource
  const path = pathOf(name)
  const access = {
    access: true,
    inverse: have === null ? removeFile(at(path)) : put(path, before(have), have),
    ...(have !== null && { preimages: [{ path, sha256: have.sha256 }] }),
  }
  if (verb === 'delete') {
    return { summary: `remove the sudo rule ${name}`, script: removeFile(at(path)), reversibility: 'exact', ...access }
  }
  const onlyAttributes = verb === 'update' && fields.every((f) => ['mode', 'owner', 'group'].includes(f.path))
  if (onlyAttributes) {
    return {
      summary: `set the sudo rule ${name} to 0440 root:root`,
      script: setAttributes(at(path), 'root', 'root', '0440'),
      reversibility: 'exact',
      ...access,
    }
  }
  const fill = spec.preimage === undefined ? fillText(ruleText(ruleOf(spec))) : fillFromPreimage(spec.preimage)
  return {
    summary: `${verb === 'create' ? 'add' : 'change'} the sudo rule ${name} (${spec.preimage === undefined ? spec.subjects.join(', ') : 'as it was'})`,
    script: put(path, fill, { mode: '0440', owner: 'root', group: 'root' }),
    reversibility: 'exact',
    ...access,
  }
}

/** What a declaration asks for, as a rule. */
export function ruleOf({
  subjects,
  commands,
  runAs = 'root',
  password = false,
  expires = null,
}: Omit<SudoSpec, 'expires'> & { readonly expires?: string | null }): Rule {
  return { subjects, commands, runAs, password, expires }
}

/** The earlier content: written anew where we know what it said, else from what was kept of it. */
const before = (have: SudoState): Script =>
  have.rule === null ? fillFromPreimage(have.sha256) : fillText(ruleText(have.rule))

const fillText = (text: string): Script => fillFrom(encodeBase64(new TextEncoder().encode(text)), false)

/** visudo has read the file before sudo can: one bad file closes sudo for everybody. */
function put(
  path: string,
  fill: Script,
  to: { readonly mode: string; readonly owner: string; readonly group: string },
): Script {
  return replaceFile({
    locate: sh`command -v visudo >/dev/null || fail 'the host has no visudo'
${at(path)}`,
    fill,
    mode: to.mode,
    owner: sh`${to.owner}`,
    group: sh`${to.group}`,
    validate: validator('visudo -cf %s'),
  })
}
