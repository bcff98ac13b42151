import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { createSimEngine, type Runner } from '../runners/index.ts'
import { type DesiredWorkload, parseWorkload } from '../spec/index.ts'
import { createInstanceDriver } from './instance-driver.ts'
import { claimed } from './local-instance.ts'

const ALONE = { serves: () => false, end: async () => {} }

/** One instance that has started, and how long each of its runs was given to end. */
async function started(graceMs: number) {
  const clock = createSimClock()
  const engine = createSimEngine({ clock })
  const real = engine.runner({ node: 'a' })
  const given: Parameters<Runner['end']>[1][] = []
  let endsAfterMs = 0
  const ended = (): Promise<void> => new Promise((resolve) => clock.timer(endsAfterMs, resolve))
  const runner: Runner = {
    ...real,
    async end(id, options) {
      given.push(options)
      await ended()
      await real.end(id, options)
    },
  }
  const container = {
    image: 'a',
    ports: [{ containerPort: 80 }],
    probes: { live: { kind: 'tcp', port: 80 } },
  }
  const workload = parseWorkload({ name: 'web', containers: [container], graceMs })
  const desired: DesiredWorkload = { workload, owner: 'f'.repeat(64) as OwnerId, generation: 1 }
  let answers = true
  const asked: [id: string, mostMs: number][] = []
  const driver = createInstanceDriver(
    {
      ...{ runner, clock, logger: createMemoryLogger(), access: undefined, keeper: undefined },
      probe: async () => answers,
      untilUnused: async (id, mostMs) => void asked.push([id, mostMs]),
      partsOf: () => workload.parts,
      restartOf: () => workload.restart,
      graceMsOf: () => workload.graceMs,
      hasHeard: () => true,
      engineGone: () => undefined,
      onChange: () => {},
    },
    claimed(desired, { index: 0, id: 'web-0-a' }),
  )
  const pass = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50)
      await new Promise(setImmediate)
    }
  }
  const run = async (): Promise<void> => {
    const running = driver.run(desired, ALONE)
    await pass(1_000)
    await running
  }
  await run()
  expect(driver.local).toMatchObject({ phase: { kind: 'running' }, health: 'healthy' })
  const hang = async (endsMs: number): Promise<void> => {
    answers = false
    endsAfterMs = endsMs
    while (driver.local.phase.kind === 'running') await pass(1_000)
  }
  return { driver, engine, given, asked, pass, run, hang }
}

test.each([
  [0, 0],
  [7_000, 7_000],
  [600_000, 30_000],
])('what fails its live probe and says %i ms has %i ms to end by itself', async (said, givenMs) => {
  const { given, hang } = await started(said)
  await hang(0)
  expect(given).toMatchObject([{ graceMs: givenMs }])
})

test('its next run waits until the last has ended, and holds up no other', async () => {
  const { driver, pass, hang } = await started(7_000)
  await hang(5_000)
  expect(driver.clearing).toBe(true)
  await pass(6_000)
  expect(driver.clearing).toBe(false)
})

test('parts that run beside one that has ended are given the same before the next run', async () => {
  const { driver, engine, given, run } = await started(7_000)
  engine.exit('web-0-a', 1)
  const held = engine.held.get('web-0-a')
  if (held) driver.sensed(held.running)
  await run()
  expect(given).toMatchObject([{ graceMs: 7_000, again: true }])
})

test('what is under way to it may end before it is asked to', async () => {
  const { driver, given, asked, pass } = await started(7_000)
  const ending = driver.end({ drainMs: 250, unusedMs: 7_000, graceMs: 7_000 })
  await pass(200)
  expect(asked).toEqual([])
  await pass(1_000)
  await ending
  expect(asked).toEqual([['web-0-a', 7_000]])
  expect(given).toMatchObject([{ graceMs: 7_000 }])
})
