import { expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import type { EngineExit } from './engine.ts'
import { createEngineWatch } from './engine-watch.ts'
import { PING_PERIOD_MS, PINGS_MISSED_MAX, RETRY_MS_MAX } from './limits.ts'

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

it('takes an engine that is late for a busy one, and one that stays silent for one that is away', async () => {
  const clock = createSimClock()
  let isSilent = false
  const said: boolean[] = []
  const watch = createEngineWatch({
    engine: {
      async ping() {
        if (isSilent) throw new Error('Docker does not answer in time.')
      },
      exits: async (_, signal) => nothing(signal),
    },
    onArrival: async () => {},
    onChange: (ok) => said.push(ok),
    ...{ clock, logger: createSilentLogger(), labelFilter: [], onExit: () => {} },
  })
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await turns()
  }
  await watch.start()
  for (const late of [PINGS_MISSED_MAX - 1, PINGS_MISSED_MAX - 1]) {
    isSilent = true
    await pass(PING_PERIOD_MS)
    for (let missed = 1; missed < late; missed++) await pass(RETRY_MS_MAX)
    isSilent = false
    await pass(RETRY_MS_MAX)
  }
  expect(said).toEqual([true])
  isSilent = true
  await pass(PING_PERIOD_MS)
  for (let missed = 1; missed < PINGS_MISSED_MAX; missed++) await pass(RETRY_MS_MAX)
  expect(said).toEqual([true, false])
  expect(watch.state()).toMatchObject({ ok: false, message: 'Docker does not answer in time.' })
  await watch.stop()
})
