import { expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import { type DesiredWorkload, type Instance, parseWorkload, templateOf } from '../spec/index.ts'
import { successorReasons } from './index.ts'

const ADA = parseNodeId('1'.repeat(64))!
const BEN = parseNodeId('2'.repeat(64))!
const desired: DesiredWorkload = {
  workload: parseWorkload({ name: 'web', containers: [{ image: 'a' }], replicas: 2 }),
  owner: 'f'.repeat(64) as DesiredWorkload['owner'],
  generation: 2,
}
const reason = { code: 'EXITED', message: 'It ended with exit code 3.' }

function one(id: string, change: Partial<Instance> = {}): Instance {
  return {
    ...{ id, workload: 'web', index: 0, generation: 2, node: ADA, status: 'Running' },
    ...{ health: 'healthy', ports: {}, restarts: 0, template: templateOf(desired.workload) },
    ...change,
  }
}
const failing = { status: 'Failed', health: 'unknown', node: BEN, reason } as const
const told = (...instances: Instance[]) =>
  successorReasons(desired, instances, (node) => (node === BEN ? 'ben' : 'ada'))

test('of a change say why the new version does not start, once, and what there is to do', () => {
  const old = { template: 'old' }
  const message =
    'What is to take over as web-0 on ben: It ended with exit code 3. What it wrote: mycelium logs web --previous. To take the change back: mycelium rollout rollback web.'
  const slots = [0, 1].flatMap((index) => [
    one(`old-${index}`, { ...old, index }),
    one(`new-${index}`, { ...failing, index }),
  ])
  expect(told(...slots)).toEqual([{ code: 'EXITED', message }])
})

test('of what never ran do not lead to what it wrote, and end their sentence', () => {
  const reason = { code: 'IMAGE_NOT_FOUND', message: 'Nobody has it: no such host' }
  const [told1] = told(one('old', { template: 'old' }), one('new', { ...failing, reason }))
  expect(told1?.message).toBe(
    'What is to take over as web-0 on ben: Nobody has it: no such host. To take the change back: mycelium rollout rollback web.',
  )
})

test('of what can run nowhere do not lead to what it wrote, though it is tried again', () => {
  const reason = { code: 'NOT_RUNNABLE', message: 'The image has no program “srv”.' }
  const tried = one('new', { ...failing, reason, restarts: 2 })
  const [told1] = told(one('old', { template: 'old' }), tried)
  expect(told1?.message).toBe(
    'What is to take over as web-0 on ben: The image has no program “srv”. To take the change back: mycelium rollout rollback web.',
  )
})

test('of a copy that moves say why its successor does not start, and nothing of a change', () => {
  const message = 'What is to take over as web-0 on ben: It ended with exit code 3.'
  expect(told(one('here'), one('there', failing))).toEqual([{ code: 'EXITED', message }])
})

test('say nothing of a slot that nothing serves, of what serves, and of what leaves', () => {
  expect(told(one('there', failing))).toEqual([])
  expect(told(one('old', { template: 'old' }), one('new', { reason }))).toEqual([])
  expect(told(one('new'), one('old', { ...failing, template: 'old' }))).toEqual([])
  expect(told(one('new'), one('over', { ...failing, status: 'Stopping' }))).toEqual([])
})
