import { describe, expect, it } from 'vitest'
import { readSudoers } from './sudoers.ts'

const one = (rule: string, ...aliases: string[]) => readSudoers([...aliases, rule])

describe('rules of sudo', () => {
  it.each([
    ['root ALL=(ALL:ALL) ALL', 'root', true],
    ['%sudo\tALL=(ALL:ALL) ALL', '%sudo', true],
    ['n.ito ALL=(ALL) NOPASSWD:ALL', 'n.ito', true],
    ['deploy ALL=(root) NOPASSWD: /usr/bin/systemctl restart nginx', 'deploy', false],
    ['deploy ALL=/usr/bin/systemctl restart nginx, ALL', 'deploy', true],
    ['deploy ALL=(postgres) ALL', 'deploy', false],
    ['deploy ALL=(postgres) /bin/a, (root) ALL', 'deploy', true],
    ['deploy ALL=(:adm) ALL', 'deploy', false],
    ['deploy ALL=(ALL, !root) ALL', 'deploy', true],
    ['deploy ALL=ALL, !/bin/su', 'deploy', true],
    ['deploy ALL=/bin/bash', 'deploy', true],
    ['deploy ALL=/usr/bin/vim', 'deploy', true],
    ['deploy ALL=/usr/bin/less /var/log/syslog', 'deploy', false],
    ['deploy ALL=/usr/bin/*', 'deploy', true],
    ['deploy ALL=/opt/tools/', 'deploy', true],
    ['deploy ALL=/usr/bin/passwd ""', 'deploy', false],
    ['#1001 ALL=ALL', '#1001', true],
  ])('%s', (rule, subject, root) => {
    expect(one(rule)).toMatchObject([{ subject, root }])
  })

  it('follows aliases, several levels deep, and stops where they turn in a circle', () => {
    const aliases = [
      'User_Alias ADMINS = n.ito, OPS : OPS = %ops',
      'Cmnd_Alias ANY = WEB, ALL',
      'Cmnd_Alias WEB = /bin/x',
    ]
    expect(one('ADMINS ALL = (ROOTS) ANY', ...aliases, 'Runas_Alias ROOTS = root, www-data')).toMatchObject([
      { subject: 'n.ito', root: true },
      { subject: '%ops', root: true },
    ])
    expect(one('A ALL=ALL', 'User_Alias A = B', 'User_Alias B = A')).toHaveLength(1)
  })

  it('takes nothing for a rule that is none', () => {
    expect(
      readSudoers(['Defaults env_reset', 'Defaults:n.ito !lecture', '@includedir /etc/sudoers.d', '#include /x']),
    ).toEqual([])
  })

  it.each(['what is this', 'a b c = d', '= ALL'])('takes what it does not understand for the worst: %s', (rule) => {
    expect(one(rule)).toMatchObject([{ subject: 'ALL', root: true, commands: expect.stringContaining(rule) }])
  })
})
