import { describe, expect, it } from 'vitest'
import { encode } from '../../base/codec/index.ts'
import { CREDENTIAL_BYTES_MAX, LINE_RECORDS_MAX, VALUE_BYTES_MAX } from './limits.ts'
import { drawLine, isLine, isNamed } from './line.ts'
import { hashOf, type SignedRecord, signRecord } from './record.ts'
import { FOUNDER, NETWORK, toyCredential, toySigner, verifyToyCredential } from './state.fixture.ts'

const credential = toyCredential('a', FOUNDER)
const example = signRecord(
  {
    ...{ key: 'net/bundle/0', value: 0, generation: 1, claim: undefined },
    ...{ position: [1, 1], previous: [0, 0], credential: hashOf(credential) },
  },
  verifyToyCredential(credential),
  toySigner('a'),
  NETWORK,
)
/** A record as far as a line looks at one. */
const record = (key: string, value: SignedRecord['value'] = 0): SignedRecord => ({
  ...example,
  ...{ key, value, id: hashOf(new TextEncoder().encode(key)) },
})
const many = (prefix: string, count: number, value?: null): SignedRecord[] =>
  Array.from({ length: count }, (_, n) => ({
    ...record(`${prefix}${n}`),
    ...(value === null ? { value: undefined } : {}),
  }))

describe('a line', () => {
  it.each([0, 1, 2, 3, 100])('names %i records and no other', (count) => {
    const named = many('net/bundle/', count)
    const line = drawLine(named)
    expect(line.byteLength).toBe(16 * count)
    expect(isLine(line)).toBe(true)
    expect(named.every(({ id }) => isNamed(line, id))).toBe(true)
    expect(many('net/other/', 100).some(({ id }) => isNamed(line, id))).toBe(false)
  })

  it('is the same whatever the order of the records', () => {
    const records = many('net/bundle/', 20)
    expect(drawLine(records.toReversed())).toEqual(drawLine(records))
  })

  it('has room for so many: entries about owners first, then what lives, then what was ended', () => {
    const ended = many('net/workload/ended-', LINE_RECORDS_MAX, null)
    const living = many('net/workload/w-', LINE_RECORDS_MAX - 2)
    const entries = [record('net/member/someone'), record('net/removed/someone')]
    const line = drawLine([...ended, ...living, ...entries])
    expect(line.byteLength).toBe(16 * LINE_RECORDS_MAX)
    expect([...living, ...entries].every(({ id }) => isNamed(line, id))).toBe(true)
    expect(ended.some(({ id }) => isNamed(line, id))).toBe(false)
  })

  it('fits into a value at its largest, beside the longest chain of certificates', () => {
    const entry = {
      ...{ name: 'x'.repeat(63), permissions: FOUNDER.permissions, admin: true },
      ...{ since: '2026-11-25T18:00:00.000Z', membership: [new Uint8Array(CREDENTIAL_BYTES_MAX)] },
      standing: drawLine(many('net/workload/', LINE_RECORDS_MAX)),
    }
    expect(encode(entry).byteLength).toBeLessThan(VALUE_BYTES_MAX)
  })

  it.each([
    ['a text', 'x'.repeat(16)],
    ['numbers', Array.from({ length: 16 }, () => 0)],
    ['part of a hash', new Uint8Array(17)],
    ['more than there may be', new Uint8Array(16 * (LINE_RECORDS_MAX + 1))],
  ])('is not %s', (_, value) => {
    expect(isLine(value)).toBe(false)
  })
})
