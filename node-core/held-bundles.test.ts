import { expect, test } from 'vitest'
import { createSimClock } from './base/clock/index.ts'
import { MyceliumError } from './base/errors/index.ts'
import { createSilentLogger } from './base/log/index.ts'
import type { NodeId } from './base/net/index.ts'
import { createHeldBundles } from './held-bundles.ts'
import { HELD_RETRY_MS } from './limits.ts'
import type { Digest } from './storage/blobs/index.ts'

const [SELF, BEN] = ['a', 'b'].map((digit) => digit.repeat(64)) as [NodeId, NodeId]
const [ONE, TWO] = ['1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) as [Digest, Digest]

/** A state that refuses what is written as long as it is told to. */
function house() {
  const clock = createSimClock()
  const said: unknown[] = []
  let refusal: string | undefined
  const state = {
    get: (key: string) =>
      (key === `node/${BEN}/bundles` ? { value: { digests: [ONE] } } : undefined) as never,
    async put(_key: string, value: unknown) {
      if (refusal) throw new MyceliumError(refusal, 'It is not taken.')
      said.push(value)
      return undefined as never
    },
  }
  const held = createHeldBundles({
    ...{ self: SELF, state, alive: () => [SELF, BEN], clock },
    logger: createSilentLogger(),
  })
  const settled = async () => {
    for (let turns = 0; turns < 10; turns++) await Promise.resolve()
  }
  const refuse = (code: string | undefined) => {
    refusal = code
  }
  return { clock, said, held, settled, refuse }
}

test('says what is held until it is said, and the latest of it', async () => {
  const { clock, said, held, settled, refuse } = house()
  refuse('DISK_FULL')
  held.announce([ONE])
  await settled()
  held.announce([ONE, TWO])
  await settled()
  expect(said).toEqual([])
  refuse(undefined)
  clock.advance(HELD_RETRY_MS)
  await settled()
  expect(said).toEqual([{ digests: [ONE, TWO] }])
  expect(clock.runNext()).toBe(false)
})

test('says nothing more where it may not, nor once it has stopped', async () => {
  const { clock, held, settled, refuse } = house()
  refuse('FORBIDDEN')
  held.announce([ONE])
  await settled()
  expect(clock.runNext()).toBe(false)
  refuse('DISK_FULL')
  held.announce([ONE])
  await settled()
  await held.stop()
  expect(clock.runNext()).toBe(false)
})

test('knows who else says so', () => {
  const { held } = house()
  expect(held.holdersOf(ONE)).toEqual([BEN])
  expect(held.holdersOf(TWO)).toEqual([])
})
