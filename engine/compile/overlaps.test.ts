import { expect, it } from 'vitest'
import { resourceTypes } from '../generated/registry.ts'
import type { JsonObject } from '../model/document.ts'
import type { Resource, ResourceType } from '../model/resource.ts'
import { overlaps } from './overlaps.ts'

function resource(type: string, spec: JsonObject): Resource {
  const its = resourceTypes.get(type) as ResourceType
  const name = its.identify(spec)
  const declaration = { address: 'Profile/web' as const, place: { file: 'web.yaml', line: 3, column: 5 } }
  const rest = { declaredBy: [declaration], requires: [], restartOn: [] }
  return { id: `${type}:${name}`, type, name, spec: its.normalise(spec), ...rest }
}

const said = (...resources: Resource[]) => overlaps('web-01', resources, resourceTypes).map((d) => d.summary)

it('tells of a file that one resource owns whole and another in part', () => {
  const file = resource('file', { path: '/etc/hosts', content: '' })
  const block = resource('block', { path: '/etc/hosts', name: 'db', content: '' })
  const line = resource('line', { path: '/etc/hosts', line: '10.0.0.1 db' })
  expect(said(file, block, line)).toEqual([
    '/etc/hosts is owned whole by file:/etc/hosts and in part by block:/etc/hosts:db',
    '/etc/hosts is owned whole by file:/etc/hosts and in part by line:/etc/hosts:=10.0.0.1 db',
  ])
  expect(said(block, line)).toEqual([])
})

it('tells of a file that two resources own whole', () => {
  const cron = resource('cron', { name: 'job', schedule: '@daily', command: 'true' })
  const unit = resource('unit', { name: 'app.service', content: '' })
  expect(said(cron, unit, resource('file', { path: '/etc/cron.d/job', content: '' }))).toEqual([
    '/etc/cron.d/job is written by cron:job and file:/etc/cron.d/job',
  ])
  expect(said(unit, resource('timer', { name: 'app', onCalendar: ['daily'], command: 'true' }))).toEqual([
    '/etc/systemd/system/app.service is written by unit:app.service and timer:app',
  ])
  expect(said(unit, resource('timer', { name: 'app', onCalendar: ['daily'], unit: 'app.service' }))).toEqual([])
})

it('takes mounts for lines of one table, which a file would own whole', () => {
  const mounts = ['/srv/a', '/srv/b'].map((path) => resource('mount', { path, source: 'tmpfs', type: 'tmpfs' }))
  expect(said(...mounts)).toEqual([])
  expect(said(resource('file', { path: '/etc/fstab', content: '' }), ...mounts)).toHaveLength(2)
})
