import { schemaFindings } from '../checks/schema-findings.ts'
import { textsIn } from '../import/secret-in.ts'
import type { JsonObject, LoadedDocument } from '../model/document.ts'
import { unsafeCharacterAt } from '../schema/unsafe-text.ts'
import type { World } from './world.ts'

/** Judges one resource as `validate` would judge the profile that holds it: the first thing that is wrong, if any. */
export async function resourceObjections(
  world: World,
): Promise<(type: string, spec: JsonObject) => string | undefined> {
  const kind = world.kinds.get('Profile')
  const validate = (await world.validators()).get('Profile')
  return (type, spec) => {
    if (textsIn(spec).some((text) => unsafeCharacterAt(text) !== -1))
      return 'it holds characters that no document may hold'
    const loaded: LoadedDocument = {
      address: 'Profile/import',
      document: {
        apiVersion: 'plumbline/v1',
        kind: 'Profile',
        metadata: { name: 'import' },
        spec: { selector: { all: true }, resources: [{ [type]: spec }] },
      },
      file: '',
      index: 0,
      line: 1,
    }
    const [wrong] = kind === undefined || validate === undefined ? [] : schemaFindings(loaded, kind, validate)
    if (wrong !== undefined)
      return wrong.summary.replace(`spec.resources[0].${type}.`, '').replace('spec.resources.0.', '')
    const about = { place: { file: '', line: 1, column: 1 }, subject: loaded.address }
    return world.types
      .get(type)
      ?.check?.(spec, about)
      .find((d) => d.severity === 'error')?.summary
  }
}
