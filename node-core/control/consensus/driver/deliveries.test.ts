/** Deliveries to the machine: whatever comes is handed over, whenever it comes. */
import { expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import type { Ready } from '../index.ts'
import { createDeliveries } from './deliveries.ts'
import { createListMachine, entry, PEER, turns } from './driver.fixture.ts'

const ready = (index: number): Ready => ({
  ...{ messagesNow: [], records: [], mustSync: true, messages: [], snapshot: undefined },
  ...{ committed: [entry(index, String(index))], reads: [], fates: [] },
})

it('leaves nothing lying that comes just as it ends', async () => {
  for (let gap = 0; gap < 12; gap++) {
    const machine = createListMachine()
    const deliveries = createDeliveries({
      ...{ clock: createSimClock(), machine, told: () => {}, applied: () => {} },
      failed: (error) => expect(error).toBeUndefined(),
    })
    await deliveries.take(ready(1))
    for (let turn = 0; turn < gap; turn++) await Promise.resolve()
    await deliveries.take(ready(2))
    await turns()
    expect(machine.applied, `after ${gap} turns`).toEqual(['1', '2'])
    await deliveries.stop()
  }
})

it('applies in the turn after that in which messages leave, and at once where none do', async () => {
  const machine = createListMachine()
  const clock = createSimClock()
  const deliveries = createDeliveries({
    ...{ clock, machine, told: () => {}, applied: () => {} },
    failed: (error) => expect(error).toBeUndefined(),
  })
  await deliveries.take(ready(1))
  await turns()
  expect(machine.applied).toEqual(['1'])
  const messages = [{ to: PEER, message: new Uint8Array(1) }]
  await deliveries.take({ ...ready(2), messages })
  await turns()
  expect(machine.applied).toEqual(['1'])
  clock.advance(0)
  await turns()
  expect(machine.applied).toEqual(['1', '2'])
  await deliveries.take({ ...ready(3), messages })
  // Whoever stops waits for no turn.
  await deliveries.stop()
})

it('applies what comes next while a snapshot is written, and tells snapshots in order', async () => {
  const machine = createListMachine()
  const writing: PromiseWithResolvers<Uint8Array>[] = []
  machine.snapshot = () => {
    writing.push(Promise.withResolvers<Uint8Array>())
    return writing.at(-1)?.promise ?? new Uint8Array()
  }
  const deliveries = createDeliveries({
    ...{ clock: createSimClock(), machine, told: () => {}, applied: () => {} },
    failed: (error) => expect(error).toBeUndefined(),
  })
  const told: number[] = []
  await deliveries.take(ready(1))
  for (const _ of [1, 2]) void deliveries.snapshot().then(({ index }) => told.push(index))
  await deliveries.take(ready(2))
  await turns()
  expect(machine.applied).toEqual(['1', '2'])
  writing[1]?.resolve(new Uint8Array(1))
  await turns()
  expect(told).toEqual([])
  writing[0]?.resolve(new Uint8Array(1))
  await turns()
  expect(told).toEqual([1, 1])
  await deliveries.stop()
})

it('fails when a snapshot cannot be written, and holds up nobody then', async () => {
  const machine = createListMachine()
  machine.snapshot = () => Promise.reject(new Error('It cannot be written.'))
  const failures: unknown[] = []
  const deliveries = createDeliveries({
    ...{ clock: createSimClock(), machine, told: () => {}, applied: () => {} },
    failed: (error) => failures.push(error),
  })
  await deliveries.take(ready(1))
  void deliveries.snapshot()
  await turns()
  expect(failures).toEqual([new Error('It cannot be written.')])
  await deliveries.take(ready(2))
  await turns()
  expect(machine.applied).toEqual(['1'])
  await deliveries.stop()
})
