import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createPieceHasher,
  createPieceSet,
  isPiece,
  PIECE_BYTES,
  type PieceList,
  parsePieceSet,
  pieceCount,
  pieceListOf,
  pieceOf,
  pieceSpan,
} from './index.ts'

function listOf(content: Uint8Array, step = content.length || 1): PieceList {
  const hasher = createPieceHasher()
  for (let at = 0; at < content.length; at += step) hasher.take(content.subarray(at, at + step))
  const list = hasher.list()
  if (!list) throw new Error('too large')
  return list
}

describe('a list of pieces', () => {
  const content = Buffer.alloc(2 * PIECE_BYTES + 7, 'abcdefg')
  const list = listOf(content)

  it('is one whatever the parts in which the bytes came', () => {
    for (const step of [1 << 16, 999_983, PIECE_BYTES, 3 * PIECE_BYTES]) {
      expect(listOf(content, step).root).toBe(list.root)
    }
  })

  it('is pinned: two versions of this program name one root for one blob', () => {
    expect(list.root).toBe('4437962d01e04a40f56145c9244b20314d952a291e073e10d86870b9d9861c14')
    expect(listOf(new Uint8Array(0)).root).toBe(
      '7172dfe4840cd1ae85f2849f17ef67bf62a8a52ba9bc98d4e33c28660b4aa60c',
    )
  })

  it('tells each piece from everything else', () => {
    for (let index = 0; index < pieceCount(content.length); index++) {
      const { offset, length } = pieceSpan(content.length, index)
      const piece = Buffer.from(content.subarray(offset, offset + length))
      expect(isPiece(pieceOf(list, index), piece)).toBe(true)
      expect(isPiece(pieceOf(list, index + 1), piece)).toBe(false)
      expect(isPiece(pieceOf(list, index), piece.subarray(1))).toBe(false)
      piece[length - 1] = (piece[length - 1] ?? 0) ^ 1
      expect(isPiece(pieceOf(list, index), piece)).toBe(false)
    }
  })

  it('is of one size, and has another root with any other byte', () => {
    expect(pieceListOf(list.sizeBytes, list.digests)?.root).toBe(list.root)
    expect(pieceListOf(list.sizeBytes - 1, list.digests)?.root).not.toBe(list.root)
    expect(pieceListOf(PIECE_BYTES, list.digests)).toBeUndefined()
    const other = list.digests.slice()
    other[40] = (other[40] ?? 0) ^ 1
    expect(pieceListOf(list.sizeBytes, other)?.root).not.toBe(list.root)
  })
})

describe('a set of pieces', () => {
  it('is what a plain set is, and goes through its bytes unchanged', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 70 }),
        fc.array(fc.integer({ min: -3, max: 80 })),
        (size, added) => {
          const set = createPieceSet(size)
          const model = new Set<number>()
          for (const index of added) {
            const fits = index >= 0 && index < size && !model.has(index)
            expect(set.add(index)).toBe(fits)
            if (fits) model.add(index)
          }
          const back = parsePieceSet(size, set.bytes())
          for (const one of [set, back]) {
            expect(one?.count).toBe(model.size)
            for (let index = -1; index <= size; index++) {
              expect(one?.has(index)).toBe(model.has(index))
            }
          }
        },
      ),
      { seed: 37, numRuns: 200 },
    )
  })

  it('is refused where it names pieces behind the end', () => {
    expect(parsePieceSet(4, Uint8Array.of(0b0001_0000))).toBeUndefined()
    expect(parsePieceSet(4, Uint8Array.of(0b0000_1111))?.count).toBe(4)
    expect(parsePieceSet(4, new Uint8Array(2))).toBeUndefined()
  })
})
