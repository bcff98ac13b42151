/** What a voter says while the others have yet to agree, and how often. */
import { describe, expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { createPlanTimer } from '../reconcile/index.ts'
import { AGAIN_MS, UNDERWAY_MAX } from './limits.ts'
import { createProposals, type Proposals } from './proposals.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

/** Whoever looks again whenever it is told to; `look` is what each look proposes. */
function voter(answer: Plain, look: (propose: Proposals['propose'], at: number) => void) {
  const clock = createSimClock()
  const said: unknown[] = []
  let looks = 0
  const timer = createPlanTimer(clock, () => look(proposals.propose, looks++))
  const proposals = createProposals({
    primary: {
      execute: async ({ body }) => {
        said.push(body)
        return answer
      },
    },
    ...{ clock, logger: createSilentLogger(), within: (ms: number) => timer.within(ms) },
  })
  timer.start()
  timer.within(0)
  return {
    said,
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 10) {
        clock.advance(10)
        await turns()
      }
    },
  }
}

const scaled = (copies: number, measured: number) => {
  const body = { workload: 'web', generation: 1, copies, why: 'REQUESTS', measured }
  return { kind: 'workload.scale' as const, body }
}

describe('what the others have yet to agree on', () => {
  test('is said again after a while, whatever is measured meanwhile', async () => {
    const { said, pass } = voter({ applied: false }, (propose, at) =>
      propose('scale web', scaled(3, 100 + at)),
    )
    await pass(AGAIN_MS - 50)
    expect(said).toHaveLength(1)
    await pass(2 * AGAIN_MS)
    expect(said).toHaveLength(3)
  })

  test('is said no more often where each look comes to another count', async () => {
    const { said, pass } = voter({ applied: false }, (propose, at) =>
      propose('scale web', scaled(3 + (at % 2), 100)),
    )
    await pass(3 * AGAIN_MS)
    expect(said.length).toBeLessThanOrEqual(4)
  })

  test('keeps nobody else waiting for room', async () => {
    const { said, pass } = voter({ applied: false }, (propose) => {
      for (let at = 0; at <= UNDERWAY_MAX; at++) propose(`scale web${at}`, scaled(3, at))
    })
    await pass(100)
    expect(said).toHaveLength(UNDERWAY_MAX + 1)
  })
})

test('what has changed while a word was under way is said right after that', async () => {
  const { said, pass } = voter({ applied: false }, (propose, at) => {
    if (at === 0) propose('scale web', scaled(3, 100))
    propose('scale web', scaled(4, 100))
  })
  await pass(100)
  expect(said).toMatchObject([{ copies: 3 }, { copies: 4 }])
})
