import { describe, expect, it } from 'vitest'
import { createSimClock } from '../node-core/base/clock/index.ts'
import { createSilentLogger } from '../node-core/base/log/index.ts'
import { TRAY_DELAY_MS, TRAY_PERIOD_MS } from './limits.ts'
import type { NodeSession } from './node-session.ts'
import { watchNode } from './node-watch.ts'

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

function stage() {
  const looks: number[] = []
  const clock = createSimClock()
  let happen: () => void = () => {}
  async function* events() {
    for (;;) {
      await new Promise<void>((resolve) => {
        happen = resolve
      })
      yield {}
    }
  }
  const client = {
    node: {
      async status() {
        looks.push(clock.monotonicMs())
        return {}
      },
    },
    events: { watch: async () => events() },
  }
  const watch = watchNode({
    keeper: {
      subscribe(listener) {
        listener({ client } as unknown as NodeSession)
        return () => {}
      },
    },
    clock,
    logger: createSilentLogger(),
    onView: () => {},
  })
  return {
    looks,
    watch,
    happen: () => happen(),
    async pass(ms: number) {
      clock.advance(ms)
      await settled()
    },
  }
}

describe('the tray’s look at the node', () => {
  it('comes once after a burst, and now and then by itself', async () => {
    const { looks, happen, pass } = stage()
    await pass(0)
    for (let at = 0; at < 3; at++) {
      happen()
      await pass(TRAY_DELAY_MS / 4)
    }
    await pass(TRAY_DELAY_MS)
    expect(looks).toHaveLength(2)
    await pass(TRAY_PERIOD_MS)
    expect(looks).toHaveLength(3)
  })

  it('is not put off for ever by events without a pause', async () => {
    const { looks, happen, pass } = stage()
    await pass(0)
    for (let at = 0; at < 20; at++) {
      happen()
      await pass(TRAY_DELAY_MS / 2)
    }
    expect(looks.length).toBeGreaterThan(5)
  })

  it('ends with the app', async () => {
    const { looks, watch, pass } = stage()
    await pass(0)
    watch.stop()
    await pass(TRAY_PERIOD_MS)
    expect(looks).toHaveLength(1)
  })
})
