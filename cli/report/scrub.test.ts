import { describe, expect, it } from 'vitest'
import { createScrubber } from './scrub.ts'

const PLANTED = 'planted-correct-horse'
const scrubber = createScrubber([PLANTED], [['/home/ada', '~']])

describe('what is written into a report', () => {
  it.each([
    ['a secret of this computer', `It said ${PLANTED}.`],
    ['the same as base64', `It said ${Buffer.from(PLANTED).toString('base64')}.`],
    ['the same as hex', `It said ${Buffer.from(PLANTED).toString('hex')}.`],
    ['an invite', 'Joined by mycelium://join?i=hunter2abc&x=1.'],
    ['a key', 'It holds -----BEGIN PRIVATE KEY-----\nhunter2abc\n-----END PRIVATE KEY-----'],
    ['a key that is cut short', '-----BEGIN PRIVATE KEY-----\nhunter2abc'],
    ['a token of a request', 'authorization: Bearer hunter2abc'],
    ['a password in an address', 'GET https://ada:hunter2abc@example.org/spore failed'],
    ['a signature in an address', 'GET https://example.org/spore?sig=hunter2abc failed'],
    ['a one-time code', 'http://127.0.0.1:7780/#code=hunter2abc'],
    ['a variable that is called so', 'DB_PASSWORD=hunter2abc'],
    ['a field of TOML', 'api_token = "hunter2abc"'],
    ['a field of JSON', '{"secretAccessKey":"hunter2abc"}'],
    ['a word of a command', 'redis-server --requirepass=x --password hunter2abc'],
  ])('holds nothing of %s', (_, text) => {
    const clean = scrubber.text(text)
    expect(clean).toContain('[cut]')
    expect(clean).not.toContain('hunter2')
    expect(scrubber.holdsSecret(clean)).toBe(false)
  })

  it('keeps what tells what is the matter', () => {
    for (const text of [
      'No token is needed: the key of a node is its name.',
      'Docker answers at /var/run/docker.sock',
      'http://127.0.0.1:7780',
      `sha256:${'a'.repeat(64)}`,
    ]) {
      expect(scrubber.text(text)).toBe(text)
    }
    expect(scrubber.text('/home/ada/.mycelium is full')).toBe('~/.mycelium is full')
  })

  it('cuts fields by what they are called, however deep, and leaves figures', () => {
    const value = {
      probes: { live: { kind: 'command', command: ['check', 'hunter2abc'] } },
      env: { A: 'hunter2abc' },
      list: [{ token: 'hunter2abc', nested: { privateKey: { seed: 'hunter2abc' } } }],
      secrets: [{ name: 'shop/password' }],
      permissions: ['invite'],
      invite: 3,
    }
    expect(scrubber.value(value)).toEqual({
      probes: { live: { kind: 'command', command: '[cut]' } },
      env: '[cut]',
      list: [{ token: '[cut]', nested: { privateKey: '[cut]' } }],
      secrets: [{ name: 'shop/password' }],
      permissions: ['invite'],
      invite: 3,
    })
  })
})
