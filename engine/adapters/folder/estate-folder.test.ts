import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { estateFolder } from './estate-folder.ts'

const scratch = mkdtempSync(join(tmpdir(), 'plumbline-folder-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

it('nothing of the estate is written or removed through a link that a branch holds', async () => {
  const root = join(scratch, 'estate')
  const outside = join(scratch, 'outside')
  mkdirSync(root)
  mkdirSync(outside)
  writeFileSync(join(outside, 'kept'), 'kept')
  symlinkSync(outside, join(root, 'inventory'))
  symlinkSync(join(outside, 'kept'), join(root, 'link.yaml'))
  const folder = estateFolder(root)
  for (const path of [
    'inventory/web-01.yaml',
    'inventory/kept',
    'link.yaml',
    '../outside/new',
    'a/../../outside/new',
  ]) {
    const files = new Map([
      ['first.yaml', 'x'],
      [path, 'x'],
    ])
    await expect(folder.replace(files)).rejects.toThrow('leads out of the estate')
    await expect(folder.remove([path])).rejects.toThrow('leads out of the estate')
  }
  expect(readFileSync(join(outside, 'kept'), 'utf8')).toBe('kept')
  expect(existsSync(join(root, 'first.yaml'))).toBe(false)
  await folder.replace(new Map([['files/web-01/etc/x', 'x']]))
  expect(readFileSync(join(root, 'files/web-01/etc/x'), 'utf8')).toBe('x')
})
