import { expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { LeftReason } from '../../work/placement/index.ts'
import {
  type DesiredWorkload,
  type Instance,
  parseWorkload,
  templateOf,
} from '../../work/spec/index.ts'
import { hindrance } from './hindrance.ts'

const ADA = parseNodeId('1'.repeat(64))!
const BEN = parseNodeId('2'.repeat(64))!
const wanted = (more: object = {}): DesiredWorkload => ({
  workload: parseWorkload({ name: 'web', containers: [{ image: 'a' }], ...more }),
  owner: 'f'.repeat(64) as DesiredWorkload['owner'],
  generation: 2,
})
const desired = wanted({ replicas: 2 })
const reason = { code: 'PORT_TAKEN', message: 'Port 80 is taken.' }

function one(index: number, change: Partial<Instance> = {}): Instance {
  return {
    ...{ id: `web-${index}-${change.node ?? ADA}`, workload: 'web', index, generation: 2 },
    ...{ node: ADA, status: 'Running', health: 'healthy', ports: {}, restarts: 0 },
    template: templateOf(desired.workload),
    ...change,
  }
}
const failing = { status: 'Failed', health: 'unknown', node: BEN, reason } as const
const told = (left: Instance, as: LeftReason, others: readonly Instance[], of = desired) => {
  const around = { desired: of, inSight: [left, ...others], nameOf: () => 'ben' }
  return hindrance({ instance: left, reason: as }, around)
}

test('of what is on its way is what its successor says', () => {
  const message = 'It waits for its successor on ben: Port 80 is taken.'
  expect(told(one(0), 'MOVING', [one(0, failing)])).toEqual({ code: 'PORT_TAKEN', message })
  expect(told(one(0), 'MOVING', [one(0, { node: BEN })])).toBeUndefined()
})

test('of what waits for its turn is what the successor of another copy says', () => {
  const message = 'It waits for web-0 on ben: Port 80 is taken.'
  const others = [one(0), one(0, failing)]
  expect(told(one(1), 'IN_TURN', others)).toEqual({ code: 'PORT_TAKEN', message })
  expect(told(one(1), 'IN_TURN', [one(0), one(0, { ...failing, status: 'Stopping' })])).toBe(
    undefined,
  )
  const elsewhere = others.map((other) => ({ ...other, workload: 'blog' }))
  expect(told(one(1), 'IN_TURN', elsewhere)).toBeUndefined()
  expect(told(one(1), 'NO_OTHER_NODE', others)).toBeUndefined()
})

test('of an attempt at a job that never started is what it says itself', () => {
  const mill = wanted({ job: {} })
  const waits = one(0, { ...failing, status: 'Pending' })
  const message = 'It has yet to start there: Port 80 is taken.'
  expect(told(waits, 'NEVER_STARTED', [], mill)).toEqual({ code: 'PORT_TAKEN', message })
  expect(told(one(0, { status: 'Pending' }), 'NEVER_STARTED', [], mill)).toBeUndefined()
  expect(told(one(0), 'RUNS_TO_ITS_END', [], mill)).toBeUndefined()
})
