import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { parseWorkload } from '../spec/index.ts'
import { createProbeLoop } from './probe-loop.ts'
import { answered, type Probing, probingOf } from './probing.ts'

const { parts } = parseWorkload({
  name: 'web',
  containers: [
    {
      name: 'web',
      image: 'a',
      ports: [{ containerPort: 80 }],
      probes: { live: { kind: 'tcp' }, ready: { kind: 'http', periodMs: 1_000 } },
    },
  ],
})

test('a probe that hangs holds back neither the others nor a second question of its own', async () => {
  const clock = createSimClock()
  let probing: Probing | undefined = probingOf(parts, 0)
  const asked: string[] = []
  const hangs = Promise.withResolvers<boolean>()
  const loop = createProbeLoop({
    clock,
    probing: () => probing,
    ask: ({ role }) => {
      asked.push(role)
      return role === 'live' ? hangs.promise : Promise.resolve(true)
    },
    onAnswer: (answer) => {
      const next = answered(probing ?? [], [answer], { nowMs: clock.monotonicMs(), sinceMs: 0 })
      probing = next === 'failed' ? undefined : next
    },
  })
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 100) {
      clock.advance(100)
      await new Promise(setImmediate)
    }
  }
  loop.look()
  await pass(3_500)
  expect(asked).toEqual(['live', 'ready', 'ready', 'ready', 'ready'])
  hangs.resolve(true)
  await pass(5_200)
  expect(asked.filter((role) => role === 'live')).toHaveLength(2)
  await loop.stop()
  const before = asked.length
  await pass(10_000)
  expect(asked).toHaveLength(before)
})
