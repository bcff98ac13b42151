import { describe, expect, it } from 'vitest'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createOwnStream, type OwnStreamDeps } from './driver-stream.ts'
import type { SignedRecord } from './record.ts'

const SELF = 'a'.repeat(64) as NodeId

/** One of two programs that run with one node's key; what it says is handed over by the test. */
function createLife(seed: number) {
  let twins = 0
  const writes = {
    incarnation: 0,
    async begin(incarnation: number) {
      writes.incarnation = incarnation
    },
    put: async () => undefined,
  }
  const stream = createOwnStream({
    ...{ self: SELF, map: undefined as never, random: createSeededRandom(seed) },
    writes: writes as unknown as OwnStreamDeps['writes'],
    ...{ logger: createMemoryLogger(), onTwin: () => twins++ },
  })
  return {
    twins: () => twins,
    says: () => ({ author: SELF, incarnation: writes.incarnation }) as SignedRecord,
    async hears(record: SignedRecord) {
      stream.heard([record])
      await stream.settled()
    },
  }
}

describe('two programs with one node’s key', () => {
  it('are told at both, once each, and then let be', async () => {
    const [one, other] = [createLife(1), createLife(2)]
    await one.hears({ author: SELF, incarnation: 1 } as SignedRecord)
    for (let turn = 0; turn < 20; turn++) {
      await other.hears(one.says())
      await one.hears(other.says())
    }
    expect([one.twins(), other.twins()]).toEqual([1, 1])
    const { incarnation } = one.says()
    await other.hears(one.says())
    await one.hears(other.says())
    expect(one.says().incarnation).toBe(incarnation)
  })
})
