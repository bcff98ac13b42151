import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../base/random/index.ts'
import {
  encodePrivateKeyPem,
  generateKey,
  makePassphrase,
  openOwnerKey,
  sealOwnerKey,
} from './index.ts'

const random = createSeededRandom(45)
const key = generateKey(random)
const PASSPHRASE = 'correct horse battery'
/** Made once: files that people keep must open. Each opening costs a third of a second. */
const KEPT = `-----BEGIN MYCELIUM OWNER KEY-----
pGRzYWx0UF+zqGc3FhpXmZvaLCZNpyxlb3duZXJYIJz+EPQgbmZ5dhyWaFQND3lm
HD6NPXyAD3rDPAb0LK5mZnNlYWxlZFgwxQFo2Ygp15ePGzYzUEOXzO5WLHAuMRFD
5X3jH+oGBFexCiAR4yzRgyL5FD3c607qZ3ZlcnNpb24B
-----END MYCELIUM OWNER KEY-----
`
const code = (name: string) => expect.objectContaining({ code: name })

describe("the file of an owner's key", () => {
  it('opens as it did, however its lines end', async () => {
    const opened = await openOwnerKey(KEPT.replaceAll('\n', '\r\n'), PASSPHRASE)
    expect(opened.seed).toEqual(key.seed)
  })

  it('opens with the same letters however they were typed, and shows nothing of the key', async () => {
    const file = await sealOwnerKey(key, 'gr\u00fcner Garten', random)
    const opened = await openOwnerKey(file, 'gru\u0308ner Garten')
    expect(opened.publicKey).toEqual(key.publicKey)
    const body = Buffer.from(file.split('\n').slice(1, -2).join(''), 'base64')
    expect(body.includes(Buffer.from(key.publicKey))).toBe(true)
    expect(body.includes(Buffer.from(key.seed))).toBe(false)
  })

  it('does not open with another passphrase', async () => {
    const wrong = openOwnerKey(KEPT, 'correct horse batterz')
    await expect(wrong).rejects.toEqual(code('PASSPHRASE_WRONG'))
  })

  it.each([
    ['empty', ''],
    ['a key in the open', encodePrivateKeyPem(key)],
    ['cut short', KEPT.slice(0, 120)],
    ['noise between its lines', KEPT.replace(/\n[^-][\s\S]*\n/, '\nAAAA\n')],
    ['of another version', reversioned()],
    ['endless', `${KEPT}${' '.repeat(10_000)}`],
  ])('that is %s is refused', async (_, text) => {
    await expect(openOwnerKey(text, PASSPHRASE)).rejects.toEqual(code('OWNER_FILE_INVALID'))
  })

  it('has a passphrase made for it of letters that nobody takes for others', () => {
    const made = makePassphrase(random)
    expect(made).toMatch(/^([a-hjkmnp-z02-9]{5}-){4}[a-hjkmnp-z02-9]{5}$/)
    expect(makePassphrase(random)).not.toBe(made)
  })
})

/** The version is the last byte. */
function reversioned(): string {
  const [begin = '', ...lines] = KEPT.trim().split('\n')
  const bytes = Buffer.from(lines.slice(0, -1).join(''), 'base64')
  bytes.writeUInt8(2, bytes.length - 1)
  return [begin, bytes.toString('base64'), lines.at(-1)].join('\n')
}
