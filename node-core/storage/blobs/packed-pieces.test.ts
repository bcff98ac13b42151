import { describe, expect, it } from 'vitest'
import type { Digest } from './index.ts'
import { createPackedPieces } from './packed-pieces.ts'

const digest = (digit: string): Digest => `sha256:${digit.repeat(64)}` as Digest
const [ONE, OTHER] = [digest('1'), digest('2')]
const piece = (bytes: number) => new Uint8Array(bytes)

describe('pieces kept as they came', () => {
  it('are bounded in bytes, and the oldest go first', () => {
    const packed = createPackedPieces(100)
    for (const index of [0, 1, 2]) packed.put(ONE, index, piece(40))
    expect([0, 1, 2].filter((index) => packed.get(ONE, index))).toEqual([1, 2])
    // The same one again takes no more room.
    packed.put(ONE, 2, piece(60))
    expect(packed.get(ONE, 1)).toBeDefined()
    packed.put(OTHER, 0, piece(200))
    expect([packed.get(ONE, 2), packed.get(OTHER, 0)]).toEqual([undefined, undefined])
  })

  it('are forgotten with their blob, and make room for others', () => {
    const packed = createPackedPieces(100)
    packed.put(ONE, 0, piece(90))
    packed.put(OTHER, 0, piece(10))
    packed.forget(ONE)
    packed.put(OTHER, 1, piece(90))
    expect(packed.get(ONE, 0)).toBeUndefined()
    expect(packed.get(OTHER, 0)).toBeDefined()
    packed.clear()
    packed.put(ONE, 0, piece(100))
    expect([packed.get(OTHER, 1), packed.get(ONE, 0)?.byteLength]).toEqual([undefined, 100])
  })
})
