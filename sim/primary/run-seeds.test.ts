import { describe, expect, it } from 'vitest'
import { replayOf } from './run-seeds.ts'

describe('what runs seeds again', () => {
  it.each([
    ['one under Raft', replayOf(7), '--primary --seed 7'],
    ['many under Raft', replayOf(178, {}, 23), '--primary --seed 178 --seeds 23'],
    [
      'one under Simplex',
      replayOf(7, { engine: 'simplex' }),
      '--primary --engine simplex --seed 7',
    ],
    [
      'many among liars',
      replayOf(140, { engine: 'simplex', lying: 'bearable' }, 3),
      '--primary --engine simplex --liars --seed 140 --seeds 3',
    ],
    [
      'a brief one',
      replayOf(9, { engine: 'simplex', lying: 'overrun', brief: true }),
      '--primary --engine simplex --overrun --brief --seed 9',
    ],
    ['one of seven voters', replayOf(7, { voters: 7 }), '--primary --voters 7 --seed 7'],
    ['one of leases', replayOf(7, { leaseReads: true }), '--primary --lease-reads --seed 7'],
  ])('names %s', (_, said, flags) => {
    expect(said).toBe(`npm run sim -- ${flags}`)
  })
})
