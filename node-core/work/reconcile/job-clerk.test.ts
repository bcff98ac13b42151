import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { parseNodeId } from '../../base/net/index.ts'
import { jobInstanceId } from '../spec/index.ts'
import { createJobClerk } from './job-clerk.ts'
import { inherited } from './local-instance.ts'

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

test('a clerk that has stopped says nothing more and leaves no timer, however late it is answered', async () => {
  const node = parseNodeId('1'.repeat(64))
  if (!node) throw new Error('Not a node id.')
  const clock = createSimClock()
  const answers: (() => void)[] = []
  let plans = 0
  const clerk = createJobClerk({
    primary: { execute: () => new Promise((resolve) => answers.push(() => resolve(null))) },
    ...{ clock, logger: createSilentLogger(), replan: () => plans++ },
  })
  const attempt = (index: number) => {
    const slot = { workload: 'nightly', index }
    const id = jobInstanceId({ ...slot, node }, { generation: 1, run: 1, attempt: 1 })
    return inherited({ id, ...slot, generation: 1 }, undefined, undefined)
  }
  clerk.begin(attempt(0))
  clerk.begin(attempt(1))
  answers[0]?.()
  await turns()
  expect(plans).toBe(1)
  clerk.stop()
  answers[1]?.()
  await turns()
  clerk.end(attempt(0), 0)
  expect([answers.length, plans, clock.runNext()]).toEqual([2, 1, false])
})
