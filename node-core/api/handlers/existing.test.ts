import { describe, expect, it } from 'vitest'
import { createMemoryPrimary } from '../testing/memory-primary.ts'
import { changeExisting } from './existing.ts'
import type { NetworkParts } from './index.ts'

const value = new Uint8Array([1])
const step = { op: 'put' as const, key: 'a/x', value }

async function createWorld() {
  const primary = createMemoryPrimary()
  const put = () => primary.execute({ kind: 'kv.put', body: { key: 'a/x', value } })
  await put()
  /** It goes and comes back right after it was read. */
  const comeAnew = async (): Promise<void> => {
    await primary.execute({ kind: 'kv.delete', body: { key: 'a/x' } })
    await put()
  }
  const reading = (change: (reads: number) => Promise<unknown>) => {
    let reads = 0
    const key: NetworkParts['primary']['key'] = async (...asked) => {
      const answer = await primary.key(...asked)
      await change(++reads)
      return answer
    }
    return { execute: primary.execute, key }
  }
  return { put, comeAnew, reading }
}

describe('a change of a key that has to be there', () => {
  it('does not mind that its value changes meanwhile', async () => {
    const { put, reading } = await createWorld()
    const done = await changeExisting(reading(put), step, undefined)
    expect(done).toEqual({ revision: 3, createRevision: 1 })
  })

  it('looks again when it went and came back meanwhile, and not for ever', async () => {
    const { comeAnew, reading } = await createWorld()
    const once = reading(async (reads) => reads === 1 && comeAnew())
    expect(await changeExisting(once, step, undefined)).toEqual({ revision: 4, createRevision: 3 })
    const always = reading(comeAnew)
    await expect(changeExisting(always, step, undefined)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    })
  })
})
