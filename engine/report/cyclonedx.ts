import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library'
import { PackageURL } from 'packageurl-js'
import type { Facts } from '../model/facts.ts'

/** A host, and what was last seen of it. */
export interface SeenHost {
  readonly name: string
  readonly facts: Facts
}

export interface BomOptions {
  /** UUID of this document. */
  readonly serial: string
  readonly at: Date
  readonly engine: string
}

/**
 * What hosts are made of as a CycloneDX 1.6 bill of materials in JSON (ECMA-424): each host a device that holds its operating
 * system and packages. Packages are named by their package URL, so that scanners know them.
 */
export function cyclonedx(hosts: readonly SeenHost[], { serial, at, engine }: BomOptions): string {
  const bom = new Models.Bom({
    serialNumber: `urn:uuid:${serial}`,
    metadata: new Models.Metadata({ timestamp: at }),
  })
  bom.metadata.tools.components.add(
    new Models.Component(Enums.ComponentType.Application, 'plumbline', { version: engine }),
  )
  for (const host of hosts) bom.components.add(hostComponent(host))
  const factory = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6)
  return `${new Serialize.JsonSerializer(factory).serialize(bom, { sortLists: true, space: 2 })}\n`
}

function hostComponent({ name, facts }: SeenHost): Models.Component {
  const { hardware, os, packages = [] } = facts
  const device = new Models.Component(Enums.ComponentType.Device, name, {
    bomRef: `host/${name}`,
    ...(hardware?.model !== undefined && { description: hardware.model }),
    ...(hardware?.vendor !== undefined && { supplier: new Models.OrganizationalEntity({ name: hardware.vendor }) }),
  })
  if (hardware?.serial !== undefined) device.properties.add(new Models.Property('plumbline:serial', hardware.serial))
  if (os !== undefined)
    device.components.add(
      new Models.Component(Enums.ComponentType.OperatingSystem, os.id, {
        bomRef: `host/${name}/os`,
        description: os.name,
        ...(os.version !== undefined && { version: os.version }),
      }),
    )
  for (const found of packages) {
    const purl = purlOf(found, os)
    device.components.add(
      new Models.Component(Enums.ComponentType.Library, found.name, {
        bomRef: `host/${name}/${found.name}${found.architecture === undefined ? '' : `:${found.architecture}`}`,
        version: found.version,
        ...(purl !== undefined && { purl }),
      }),
    )
  }
  return device
}

/** Types of package URLs by the families of distributions that have them; others get none. */
const types: Readonly<Record<string, 'deb' | 'rpm' | 'apk'>> = {
  ...{ debian: 'deb', ubuntu: 'deb', raspbian: 'deb' },
  ...{ fedora: 'rpm', rhel: 'rpm', centos: 'rpm', rocky: 'rpm', almalinux: 'rpm' },
  alpine: 'apk',
}

type Package = NonNullable<Facts['packages']>[number]

function purlOf({ name, version, architecture }: Package, os: Facts['os']): string | undefined {
  const type = os === undefined ? undefined : types[os.id]
  if (type === undefined || os === undefined) return undefined
  const distro = os.version === undefined ? os.id : `${os.id}-${os.version}`
  return new PackageURL(
    type,
    os.id,
    name,
    version,
    { ...(architecture !== undefined && { arch: architecture }), distro },
    undefined,
  ).toString()
}
