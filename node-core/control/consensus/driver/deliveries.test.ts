/** Deliveries to the machine: whatever comes is handed over, whenever it comes. */
import { expect, it } from 'vitest'
import type { Ready } from '../index.ts'
import { createDeliveries } from './deliveries.ts'
import { createListMachine, entry, turns } from './driver.fixture.ts'

const ready = (index: number): Ready => ({
  ...{ messagesNow: [], records: [], mustSync: true, messages: [], snapshot: undefined },
  ...{ committed: [entry(index, String(index))], reads: [], fates: [] },
})

it('leaves nothing lying that comes just as it ends', async () => {
  for (let gap = 0; gap < 12; gap++) {
    const machine = createListMachine()
    const deliveries = createDeliveries({
      ...{ machine, told: () => {}, applied: () => {} },
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
