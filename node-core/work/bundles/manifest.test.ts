import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verify } from '../../identity/index.ts'
import { goJson, namesKeyTwice } from './go-json.ts'
import { canonicalManifest, type Manifest, messageHash, parseManifest } from './manifest.ts'

/** Made by Mycelium Mesh itself (contract.md). */
const VECTOR = {
  manifest:
    '{"kind":"Spore","name":"billing","version":"v0.1.0","command":"billing","args":[],' +
    '"env":{"GREETING":"Hello from billing service"},"provides":["http"],' +
    '"nutrients":{"cpu_milli":200,"memory_mb":128},"slo":{"p99_budget_ms":300},' +
    '"security":{"lsm_profile":"demo","read_only_fs":false},' +
    '"created_at":"2025-09-06T11:20:53.481615+05:30",' +
    '"binary_sha256":"3b969db3b67cd1bb6beb50a9b43e80eaeb79bc9aa4c5f4c34be3cb309a355acf",' +
    '"signature":"","public_key":"wieB6XfiABunQhwv6ZRmAs3d2UJg0u/qP8asD7S+IIY="}',
  hash: '6a341338ce6b00b99600c96e82bc1d4552314dfbad619e00c85b91c2da34bb95',
  signature:
    'H+cWKoIG4f73p3zINeNDV1N3FajjqxlKf5K0BjF4cOyrRbn27+icV9FsdCKmFVRC5W3nYcY5a1xrDY0GCyGrBw==',
}
const signed = VECTOR.manifest.replace('"signature":""', `"signature":"${VECTOR.signature}"`)

function holds(manifest: Manifest): boolean {
  return verify(
    Buffer.from(manifest.public_key, 'base64'),
    messageHash(manifest),
    Buffer.from(manifest.signature, 'base64'),
  )
}

/** Whether a manifest text would pass: it parses, and its signature holds. */
function passes(text: Uint8Array): boolean {
  let manifest: Manifest
  try {
    manifest = parseManifest(text)
  } catch {
    return false
  }
  return holds(manifest)
}

describe('the manifest of Mycelium Mesh', () => {
  it('has the canonical form, the hash and the signature of the vector', () => {
    const manifest = parseManifest(Buffer.from(signed))
    expect(canonicalManifest({ ...manifest, signature: '' })).toBe(VECTOR.manifest)
    expect(Buffer.from(messageHash(manifest)).toString('hex')).toBe(VECTOR.hash)
    expect(holds(manifest)).toBe(true)
  })

  it('holds however it is laid out, as Go prints it for people', () => {
    expect(passes(Buffer.from(JSON.stringify(JSON.parse(signed), null, '  ')))).toBe(true)
  })

  it('does not hold with any byte flipped, by one bit or as a whole', () => {
    const bytes = Buffer.from(signed)
    for (let at = 0; at < bytes.length; at++) {
      const mask = at % 9 === 8 ? 255 : 1 << (at % 9)
      const flipped = Buffer.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ mask
      expect(passes(flipped), `byte ${at} ^ ${mask}: ${flipped.toString('latin1')}`).toBe(false)
    }
  })

  it('is refused with a field missing, unknown or named twice', () => {
    const fault = (text: string) => () => parseManifest(Buffer.from(text))
    const invalid = expect.objectContaining({
      code: 'BUNDLE_INVALID',
      details: expect.objectContaining({ reason: 'manifest' }),
    })
    expect(fault(signed.replace('"kind":"Spore",', ''))).toThrow(invalid)
    expect(fault(signed.replace('{"kind"', '{"extra":1,"kind"'))).toThrow(invalid)
    expect(fault(signed.replace('"kind"', '"name":"other","kind"'))).toThrow(invalid)
    expect(fault(signed.replace('"billing","args"', '"../billing","args"'))).toThrow(invalid)
    expect(fault(signed.replace('"billing","args"', '"a=b","args"'))).toThrow(invalid)
    // Bytes, of which a file system takes 255, and `.incoming` is put behind while it is unpacked.
    for (const name of ['é'.repeat(124), 'x'.repeat(247), 'tmp', 'Tmp']) {
      expect(fault(signed.replace('"billing","args"', `"${name}","args"`)), name).toThrow(invalid)
    }
    expect(fault(signed.replace('"billing","args"', `"${'é'.repeat(123)}","args"`))).not.toThrow()
  })

  it('names every wrong field at once', () => {
    const text = signed.replace('"cpu_milli":200', '"cpu_milli":-1').replace('"Spore"', '"Fungus"')
    try {
      parseManifest(Buffer.from(text))
      expect.unreachable()
    } catch (error) {
      expect(error).toMatchObject({
        details: { issues: [{ path: 'kind' }, { path: 'nutrients.cpu_milli' }] },
      })
    }
  })
})

describe("Go's JSON", () => {
  it('escapes what Go escapes, and sorts map keys by their bytes', () => {
    expect(goJson('a<b>&"\\\u2028\u2029\n\t\u0001é')).toBe(
      '"a\\u003cb\\u003e\\u0026\\"\\\\\\u2028\\u2029\\n\\t\\u0001é"',
    )
    // U+FF5E sorts before U+1F344 in UTF-8 and after it in UTF-16.
    expect(goJson({ '🍄': '1', '～': '2', b: '3', a: '4' })).toBe(
      '{"a":"4","b":"3","～":"2","🍄":"1"}',
    )
  })

  it('means the same value to every reader', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (map) => {
        const plain = { ...map }
        expect(JSON.parse(goJson(plain))).toEqual(plain)
        expect(namesKeyTwice(goJson(plain))).toBe(false)
      }),
      { seed: 3, numRuns: 200 },
    )
  })

  it('finds a key named twice, however it is written', () => {
    expect(namesKeyTwice('{"a":1,"b":{"a":2}}')).toBe(false)
    expect(namesKeyTwice('[{"a":1},{"a":"a"}]')).toBe(false)
    expect(namesKeyTwice('{"b":{"a":1,"\\u0061":2}}')).toBe(true)
  })
})
