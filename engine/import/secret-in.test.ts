import { describe, expect, it } from 'vitest'
import { secretIn } from './secret-in.ts'

const known = (text: string) => (text.includes('PRIVATE KEY-----') ? 'a private key' : undefined)

describe('secretIn', () => {
  it.each([
    'password = hunter22',
    '  db_password: "hunter22"',
    "'password' => x\nDB_PASSWORD=hunter22",
    'requirepass hunter22',
    'apiKey: abcdef123',
    'url = postgres://shop:hunter22@db-01/shop',
    'AUTH_TOKEN=abcdef',
    '{"client": {"secret": "hunter22"}}',
  ])('finds one in %j', (content) => {
    expect(secretIn({ path: '/etc/x', content }, known)).toMatch(/seems to hold a password/)
  })

  it.each([
    '# requirepass foobared',
    'PasswordAuthentication no',
    'password requisite pam_pwquality.so retry=3',
    'password_file = /etc/shop/password',
    'password: $DB_PASSWORD',
    'password=${PASSWORD}',
    'secret: no',
    'passwd:         files systemd',
    'proxy_pass http://127.0.0.1:8080;',
    'tokens = 5',
    'ssh://git@example.org/shop.git',
  ])('finds none in %j', (content) => {
    expect(secretIn({ path: '/etc/x', content }, known)).toBeUndefined()
  })

  it('names the form and the line, and never the value', () => {
    const key = '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n'
    expect(secretIn({ content: key }, known)).toBe('it holds a private key: keep that as a secret')
    expect(secretIn({ path: '/x', base64: btoa(key) }, known)).toContain('a private key')
    const said = secretIn({ environment: { A: '1' }, content: 'user = shop\npassword = hunter22\n' }, known)
    expect(said).toBe('it seems to hold a password or token in line 2: keep that as a secret')
  })
})
