import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Facts } from '../model/facts.ts'
import { cyclonedx } from './cyclonedx.ts'

const options = {
  serial: '6626d530-915c-4af0-a262-bbfe49458d62',
  at: new Date('2026-10-01T00:00:00Z'),
  engine: '1.2.3',
}
const facts: Facts = {
  hardware: {
    vendor: 'Fjell',
    model: 'Server 210',
    serial: 'FJ210-7301',
    cpu: { count: 8, architecture: 'x86_64' },
    memory: 1,
    disks: [],
  },
  os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)', hostname: 'web-01' },
  packages: [
    { name: 'openssl', version: '3.0.15-1~deb12u1', architecture: 'amd64' },
    { name: 'libstdc++6', version: '1:12.2.0-14' },
  ],
}

it('writes hosts with their system and packages, each known by its package URL', () => {
  const bom = JSON.parse(cyclonedx([{ name: 'web-01', facts }], options))
  expect(bom).toMatchObject({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${options.serial}`,
    components: [
      {
        ...{ type: 'device', name: 'web-01', description: 'Server 210', supplier: { name: 'Fjell' } },
        properties: [{ name: 'plumbline:serial', value: 'FJ210-7301' }],
        components: expect.arrayContaining([
          expect.objectContaining({ type: 'operating-system', name: 'debian', version: '12' }),
          expect.objectContaining({ purl: 'pkg:deb/debian/openssl@3.0.15-1~deb12u1?arch=amd64&distro=debian-12' }),
          expect.objectContaining({ purl: 'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0-14?distro=debian-12' }),
        ]),
      },
    ],
  })
})

it('holds to the schema of CycloneDX 1.6, whatever hosts say', async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6)
  const word = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' })
  const seen = fc.record({
    os: fc.record({
      id: fc.constantFrom('debian', 'fedora', 'alpine', 'plan9'),
      name: word,
      hostname: word,
      version: word,
    }),
    packages: fc.array(fc.record({ name: word, version: word, architecture: word }), { maxLength: 4 }),
  })
  expect(await validator.validate(cyclonedx([{ name: 'web-01', facts }], options))).toBeNull()
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(seen, { maxLength: 3 }), async (all) => {
      const text = cyclonedx(
        all.map((found, i) => ({ name: `h${i}`, facts: found })),
        options,
      )
      expect(await validator.validate(text)).toBeNull()
    }),
    { numRuns: 25 },
  )
})
