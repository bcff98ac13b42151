import { expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import type { EngineExit } from './engine.ts'
import { createEngineWatch } from './engine-watch.ts'
import { RETRY_MS_MAX } from './limits.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

/** Events of an engine at which nothing happens, until it is told to end. */
async function* nothing(signal: AbortSignal): AsyncGenerator<EngineExit> {
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

it('leaves no event stream open at an engine that comes and cannot be taken up', async () => {
  const clock = createSimClock()
  const opened: AbortSignal[] = []
  let refusals = 3
  const watch = createEngineWatch({
    engine: {
      ping: async () => {},
      async exits(_, signal) {
        opened.push(signal)
        return nothing(signal)
      },
    },
    async onArrival() {
      if (refusals-- > 0) throw new Error('its networks cannot be listed')
    },
    ...{ clock, logger: createSilentLogger(), labelFilter: [] },
    ...{ onChange: () => {}, onExit: () => {} },
  })
  await watch.start()
  expect(watch.state()).toMatchObject({ ok: false, message: 'its networks cannot be listed' })
  for (let tries = 0; tries < 3; tries++) {
    clock.advance(RETRY_MS_MAX)
    await turns()
  }
  expect(watch.state()).toEqual({ ok: true })
  expect(opened.map(({ aborted }) => aborted)).toEqual([true, true, true, false])
  await watch.stop()
  expect(opened.every(({ aborted }) => aborted)).toBe(true)
})
