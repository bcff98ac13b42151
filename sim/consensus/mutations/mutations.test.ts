import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { RAFT_MUTATIONS } from './raft.ts'
import { findsRaft } from './run-mutations.ts'

const CONSENSUS = path.resolve(import.meta.dirname, '../../../node-core/control/consensus')

describe('the simulator finds a Raft that', () => {
  it.each(RAFT_MUTATIONS)('$name', async (mutation) => {
    expect(await findsRaft(mutation, [mutation.seed])).toHaveLength(1)
  })

  it('and finds nothing in one that is only a copy', async () => {
    const seeds = [...new Set(RAFT_MUTATIONS.map(({ seed }) => seed))]
    expect(await findsRaft(undefined, seeds)).toEqual([])
  })

  it('in ten ways and more, each a line of its own', () => {
    expect(RAFT_MUTATIONS.length).toBeGreaterThanOrEqual(10)
    for (const { name, file, find } of RAFT_MUTATIONS) {
      const text = readFileSync(path.join(CONSENSUS, file), 'utf8')
      expect(text.split(find).length - 1, name).toBe(1)
    }
  })
})
