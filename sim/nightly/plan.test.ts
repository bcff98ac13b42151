import { describe, expect, it } from 'vitest'
import { PARTS, type Part, parseShard, piecesOf, shardOf } from './plan.ts'

const part = (name: string, seeds: number, each: number): Part => ({ name, args: [], seeds, each })

describe('a night of simulation', () => {
  it('runs every seed of every part once, whatever the shards', () => {
    const shards = [1, 2, 3].map((at) => shardOf(piecesOf(PARTS, 5), { at, of: 3 }))
    for (const { name, seeds } of PARTS) {
      const of = shards.flat().filter((piece) => piece.part.name === name)
      const run = of.flatMap(({ first, count }) =>
        Array.from({ length: count }, (_, n) => first + n),
      )
      expect(run.sort((a, b) => a - b)).toEqual(Array.from({ length: seeds }, (_, n) => 5 + n))
    }
  })

  it('comes on alike in all parts, so that one cut short has some of each', () => {
    const pieces = piecesOf([part('few', 40, 20), part('many', 95, 10)], 1)
    expect(pieces.map(({ part, first, count }) => `${part.name} ${first}+${count}`)).toEqual([
      ...['few 1+20', 'many 1+10', 'many 11+10', 'many 21+10', 'many 31+10', 'many 41+10'],
      ...['few 21+20', 'many 51+10', 'many 61+10', 'many 71+10', 'many 81+10', 'many 91+5'],
    ])
  })

  it.each([
    ['2/8', { at: 2, of: 8 }],
    ['8/8', { at: 8, of: 8 }],
    ['0/8', undefined],
    ['9/8', undefined],
    ['2', undefined],
    ['2/8x', undefined],
  ])('reads the shard %s', (text, shard) => {
    expect(parseShard(text)).toEqual(shard)
  })
})
