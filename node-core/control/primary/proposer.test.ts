import { describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { ConsensusStatus } from '../consensus/driver/index.ts'
import type { EngineStatus, Fate, LogIndex, ProposalId } from '../consensus/index.ts'
import { parseEntry } from '../registry/index.ts'
import type { BatchId, Told } from './machine.ts'
import { createProposer } from './proposer.ts'

const id = (name: string) => name as BatchId
const fate = { id: '1' as ProposalId }
const committed: Fate = { ...fate, outcome: 'committed', index: 1 as LogIndex }
const refused = (code: 'NO_LEADER' | 'TOO_LARGE'): Fate => ({ ...fate, outcome: 'refused', code })
const unknown: Fate = { ...fate, outcome: 'unknown' }

function setUp() {
  const clock = createSimClock()
  const entries: { sizes: number[]; tell(fate: Fate): Promise<void> }[] = []
  const waiting = new Map<BatchId, Told>()
  let lead = (_: ConsensusStatus): void => {}
  const proposer = createProposer({
    clock,
    consensus: {
      subscribe(listener) {
        lead = listener
        return () => {}
      },
      propose: (payload) =>
        new Promise((resolve) => {
          const sizes = (parseEntry(payload) ?? []).map(({ byteLength }) => byteLength)
          const tell = async (fate: Fate): Promise<void> => {
            resolve(fate)
            await turns()
          }
          entries.push({ sizes, tell })
        }),
    },
    machine: {
      whenApplied(name, told) {
        waiting.set(name, told)
        return () => waiting.delete(name)
      },
    },
  })
  const stop = new AbortController()
  const submit = (name: string, bytes = 10) =>
    proposer.submit(id(name), new Uint8Array(bytes), stop.signal)
  const leads = (leader: string | undefined, term: number): void => {
    const engine = { leader, term } as EngineStatus
    lead({ engine } as ConsensusStatus)
  }
  return { clock, entries, waiting, submit, stop, leads }
}
const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('batches into the log', () => {
  it('puts those of one turn into one entry, as far as it has room', async () => {
    const { entries, submit, waiting } = setUp()
    const all = [submit('a'), submit('b'), submit('c', 250_000), submit('d', 300_000), submit('e')]
    await turns()
    expect(entries.map(({ sizes }) => sizes)).toEqual([[10, 10, 250_000], [300_000], [10]])
    for (const told of waiting.values()) told([{ ok: true, value: 1 }])
    expect(await Promise.all(all)).toHaveLength(5)
  })

  it('ends with what the registry made of it, not with the fate', async () => {
    const { entries, submit, waiting } = setUp()
    const one = submit('a')
    await turns()
    await entries[0]!.tell(committed)
    waiting.get(id('a'))?.([{ ok: true, value: 1 }])
    expect(await one).toEqual([{ ok: true, value: 1 }])
    expect(waiting.size).toBe(0)
  })

  it('proposes again what was refused for now, or met an unknown fate, until it is applied', async () => {
    const { entries, submit, waiting, clock } = setUp()
    const one = submit('a')
    await turns()
    await entries[0]!.tell(refused('NO_LEADER'))
    clock.advance(150)
    await turns()
    await entries[1]!.tell(unknown)
    clock.advance(999)
    await turns()
    expect(entries).toHaveLength(2)
    clock.advance(1)
    await turns()
    expect(entries).toHaveLength(3)
    // The one before the last was the one that got through.
    waiting.get(id('a'))?.([])
    await one
    await entries[2]!.tell(unknown)
    clock.advance(5_000)
    await turns()
    expect(entries).toHaveLength(3)
  })

  it('proposes again at once when somebody comes to lead, and once', async () => {
    const { entries, submit, waiting, leads, clock } = setUp()
    leads('x', 1)
    const one = submit('a')
    await turns()
    await entries[0]!.tell(unknown)
    leads(undefined, 1)
    await turns()
    expect(entries).toHaveLength(1)
    leads('y', 2)
    await turns()
    expect(entries).toHaveLength(2)
    leads('y', 2)
    clock.advance(2_000)
    await turns()
    expect(entries).toHaveLength(2)
    waiting.get(id('a'))?.([])
    await one
    leads('z', 3)
    await turns()
    expect(entries).toHaveLength(2)
  })

  it('gives up what is too large for the log, and when it is told to', async () => {
    const { entries, submit, waiting, stop } = setUp()
    const large = submit('a')
    const left = submit('b')
    await turns()
    await entries[0]!.tell(refused('TOO_LARGE'))
    await expect(large).rejects.toMatchObject({ code: 'TOO_LARGE' })
    await expect(left).rejects.toMatchObject({ code: 'TOO_LARGE' })
    const late = submit('c')
    stop.abort(new Error('enough'))
    await expect(late).rejects.toThrow('enough')
    expect(waiting.size).toBe(0)
  })
})
