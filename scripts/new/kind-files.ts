/** A file of a scaffold. */
export interface NewFile {
  readonly path: string
  readonly text: string
}

/** A kind: its schema with an example, and cases of a document that is right and one that is wrong. */
export function kindFiles(name: string, domain: string): NewFile[] {
  const slug = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
  const schema = `$schema: https://json-schema.org/draft/2020-12/schema
$id: urn:plumbline:v1:${name}
title: ${name}
description: What a ${name} is, in one sentence that somebody new understands.
type: object
additionalProperties: false
required: [purpose]
properties:
  purpose: { description: What it is for., type: string, minLength: 3, maxLength: 300 }
  host: { description: The host it belongs to., type: string, ref: Host }
examples:
  - { purpose: Shows how a ${name} is written }
`
  const cases = `- name: a ${name} as it should be
  documents: |
    { kind: ${name}, metadata: { name: ${slug}-1 }, spec: { purpose: to be there } }
- name: a ${name} that lacks something
  documents: |
    { kind: ${name}, metadata: { name: ${slug}-1 }, spec: { purpos: to be there } }
  findings:
    - { code: schema, summary: spec.purpose is missing }
    - { code: schema, summary: unknown field spec.purpos, hint: "Did you mean purpose?" }
`
  return [
    { path: `schemas/${domain}/${name}.yaml`, text: schema },
    { path: `engine/checks/cases/kind-${slug}.yaml`, text: cases },
  ]
}
