import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../node-core/base/random/index.ts'
import { createRecordLog } from './record-log.ts'

const records = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text))
const texts = (read: readonly Uint8Array[]): string[] => read.map((each) => `${each}`)

describe('the disk under a machine', () => {
  it('keeps what was synced and a prefix of the rest, whenever power is lost', () => {
    const outcomes = new Set<string>()
    const keeps = (synced: string[], unsynced: string[], seed: number): void => {
      const log = createRecordLog()
      log.append(records(...synced))
      log.sync()
      log.append(records(...unsynced))
      const { lost, torn } = log.losePower(createSeededRandom(seed))
      const all = [...synced, ...unsynced]
      expect(texts(log.read())).toEqual(all.slice(0, all.length - lost))
      expect(lost).toBeLessThanOrEqual(unsynced.length)
      outcomes.add(lost === 0 ? 'kept' : torn ? 'torn' : 'lost')
    }
    const some = fc.array(fc.string({ minLength: 1, unit: 'grapheme-ascii' }))
    fc.assert(fc.property(some, some, fc.nat(), keeps), { seed: 2026 })
    expect([...outcomes].sort()).toEqual(['kept', 'lost', 'torn'])
  })

  it('keeps everything that was written when only the process dies', () => {
    const log = createRecordLog()
    log.append(records('a'))
    expect(texts(log.read())).toEqual(['a'])
  })

  it('is replaced as a whole', () => {
    const log = createRecordLog()
    log.append(records('a', 'b'))
    log.rewrite(records('c'))
    log.losePower(createSeededRandom(1))
    expect(texts(log.read())).toEqual(['c'])
  })

  it('takes nothing while it is full', () => {
    const log = createRecordLog()
    log.full = true
    expect([log.append(records('a')), log.rewrite(records('b'))]).toEqual(['full', 'full'])
    expect(log.read()).toEqual([])
  })

  it('fails one sync and believes nothing of it', () => {
    const log = createRecordLog()
    log.append(records('a long record'))
    log.syncFails = true
    expect(log.sync()).toBe('failed')
    log.losePower({ bytes: () => new Uint8Array(), float: () => 0, int: () => 0 })
    expect(log.read()).toEqual([])
  })
})
