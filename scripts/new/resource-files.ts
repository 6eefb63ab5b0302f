import type { NewFile } from './kind-files.ts'

/**
 * A resource type that works: one line of text in a file below `/etc/<name>.d/`, so that there is something to change step by
 * step into what is really meant, with its whole life as a case.
 */
export function resourceFiles(name: string): NewFile[] {
  const type = name.charAt(0).toUpperCase() + name.slice(1)
  const folder = `engine/resources/${name}`
  return [
    { path: `${folder}/index.ts`, text: index(name, type) },
    { path: `${folder}/spec.ts`, text: spec(type) },
    { path: `${folder}/schema.yaml`, text: schema(type) },
    { path: `${folder}/probe.ts`, text: probe(name, type) },
    { path: `${folder}/steps.ts`, text: steps(name, type) },
    { path: `${folder}/cases/cases.yaml`, text: cases },
    { path: `${folder}/cases/life.yaml`, text: life },
    { path: `${folder}/cases/failure.yaml`, text: failure(name) },
  ]
}

const index = (name: string, type: string): string => `import type { ResourceType } from '../../model/resource.ts'
import { compareFields } from '../fields.ts'
import { parse, probe } from './probe.ts'
import type { ${type}Spec, ${type}State } from './spec.ts'
import { steps } from './steps.ts'

/** What it is, in one sentence. */
export const resource: ResourceType<${type}Spec, ${type}State> = {
  name: '${name}',
  rank: 60,
  identify: (spec) => spec.name,
  normalise(spec) {
    if (spec.ensure === 'absent') return { name: spec.name, ensure: 'absent' }
    const { name, value = '' } = spec
    return { name, value }
  },
  probe,
  parse,
  diff: (want, have) => compareFields(want, have, ['value']),
  isAbsent: (spec) => spec.ensure === 'absent',
  steps,
  restore: (name, state) => (state === null ? { name, ensure: 'absent' } : { name, ...state }),
}
`

const spec = (type: string): string => `/** What documents say. */
export type ${type}Spec = {
  readonly name: string
  readonly value?: string
  readonly ensure?: 'present' | 'absent'
}

/** What a probe saw, in the form that is compared. */
export type ${type}State = { readonly value: string }
`

const schema = (type: string): string => `$schema: https://json-schema.org/draft/2020-12/schema
title: ${type}
description: What it is, in one sentence that somebody new understands.
type: object
additionalProperties: false
required: [name]
properties:
  name: { description: Name of it on the host., type: string, pattern: "^[a-z0-9][a-z0-9_-]{0,62}$" }
  value: { description: What it shall say., type: string, pattern: "^[ -~]{0,100}$", default: "" }
  ensure: { description: Whether it shall be there., enum: [present, absent], default: present }
examples:
  - { name: greeting, value: hello }
`

const probe = (
  name: string,
  type: string,
): string => `import type { Observation, ProbeOutput } from '../../model/resource.ts'
import { hostPath, join, read, type Script } from '../../model/script.ts'
import { absent, missingTool, noPermission, splitFirst, unparsable } from '../observed.ts'
import type { ${type}Spec, ${type}State } from './spec.ts'

/** Prints one line for each: \`value TEXT\`, \`denied\` or \`absent\`; \`missing TOOL\` alone where the host lacks one. */
export function probe(specs: readonly ${type}Spec[]): Script {
  return read\`(
command -v head >/dev/null || { echo missing head; exit; }
d=\${hostPath('/etc/${name}.d')}
\${join(specs.map(probeOne))}
)
\`
}

/** A folder that can't be entered hides what is in it: that is not absent. */
function probeOne({ name }: ${type}Spec): Script {
  return read\`f="$d"/\${name}
if [ -e "$d" ] && [ ! -x "$d" ]; then echo denied
elif [ -r "$f" ]; then printf 'value %s\\\\n' "$(head -n 1 "$f")"
elif [ -e "$f" ]; then echo denied
else echo absent
fi\`
}

export function parse(specs: readonly ${type}Spec[], output: ProbeOutput): readonly Observation<${type}State>[] {
  const lines = output.stdout.split('\\n').slice(0, -1)
  return specs.map(({ name }, i) => {
    if (lines[0] === 'missing head') return missingTool('head')
    if (lines.length !== specs.length) return unparsable(name)
    const [word, value] = splitFirst(lines[i] ?? '')
    if (word === 'value') return { status: 'present', state: { value } }
    if (word === 'denied') return noPermission(name)
    return word === 'absent' ? absent : unparsable(name)
  })
}
`

const steps = (name: string, type: string): string => `import type { Change, Step } from '../../model/resource.ts'
import { hostPath, type Script, sh } from '../../model/script.ts'
import { step } from '../shell.ts'
import type { ${type}Spec, ${type}State } from './spec.ts'

export function steps({ verb, resource, have }: Change<${type}Spec, ${type}State>): Step {
  const { name, spec } = resource
  const back = have === null ? remove(name) : write(name, have.value)
  if (verb === 'delete') return { summary: \`remove \${name}\`, script: remove(name), reversibility: 'inverse', inverse: back }
  const { value = '' } = spec
  return { summary: \`set \${name} to \${value}\`, script: write(name, value), reversibility: 'inverse', inverse: back }
}

/** Written beside it and renamed: a reader sees the old value or the new one. */
function write(name: string, value: string): Script {
  return step(sh\`d=\${hostPath('/etc/${name}.d')}
mkdir -p "$d" || exit 1
printf '%s\\\\n' \${value} > "$d"/.\${name}.new || exit 1
mv -f "$d"/.\${name}.new "$d"/\${name} || exit 1\`)
}

function remove(name: string): Script {
  return step(sh\`rm -f \${hostPath(\`/etc/${name}.d/\${name}\`)} || exit 1\`)
}
`

const life = `- title: is made
  spec: { name: greeting, value: it's "here" $HOME }
  expect: create
- title: stays
  spec: { name: greeting, value: it's "here" $HOME }
  expect: none
- title: is changed
  spec: { name: greeting, value: good evening }
  expect: update
- title: goes
  spec: { name: greeting, ensure: absent }
  expect: delete
- title: stays away
  spec: { name: greeting, ensure: absent }
  expect: none
`

const failure = (name: string): string => `- title: its folder is a file of somebody else's
  spec: { name: greeting, value: hello }
  verb: create
  meanwhile: rm -rf "$R/etc/${name}.d"; echo kept > "$R/etc/${name}.d"
  says: "File exists"
  after: '[ "$(cat "$R/etc/${name}.d")" = kept ] && rm "$R/etc/${name}.d"'
`

const cases = `- title: is not there
  spec: { name: greeting, value: hello }
  output: "absent\\n"
  observed: absent
  fields: [value]
  step: { verb: create, summary: set greeting to hello, class: inverse, has: ["/etc/"], inverse: [rm -f] }
- title: is as it should be
  spec: { name: greeting, value: hello }
  output: "value hello\\n"
  observed: { value: hello }
  fields: []
- title: says something else
  spec: { name: greeting, value: hello }
  output: "value good evening\\n"
  observed: { value: good evening }
  fields: [value]
  step: { verb: update, summary: set greeting to hello, class: inverse, inverse: [good evening] }
- title: shall go
  spec: { name: greeting, ensure: absent }
  output: "value hello\\n"
  observed: { value: hello }
  step: { verb: delete, summary: remove greeting, class: inverse, inverse: [hello] }
- title: may not be seen
  spec: { name: greeting, value: hello }
  output: "denied\\n"
  observed: unknown no-permission
- title: can't be seen without a tool
  spec: { name: greeting, value: hello }
  output: "missing head\\n"
  observed: unknown missing-tool
- title: is something nobody understands
  spec: { name: greeting, value: hello }
  output: "a login message\\nabsent\\n"
  observed: unknown unparsable
`
