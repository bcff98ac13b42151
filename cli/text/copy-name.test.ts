import { expect, it } from 'vitest'
import * as contract from '../../node-core/api/contract/index.ts'
import { ADA, instanceFacts } from '../../node-core/api/testing/memory-facts.ts'
import * as spec from '../../node-core/work/spec/index.ts'
import { copyName, copyOfSlot } from './copy-name.ts'

it('is one in the window, the command line and what nodes say, and begins the ids of instances', () => {
  const slot = spec.slotOf('web', 0)
  const names = [copyName, contract.copyName, spec.copyName].map((name) => name('web', 0))
  expect([...names, copyOfSlot(slot), contract.copyOfSlot(slot)]).toEqual(Array(5).fill('web-0'))
  const turn = { generation: 1, run: 1, attempt: 1 }
  const ofJob = spec.jobInstanceId({ workload: 'web', index: 0, node: ADA.node }, turn)
  for (const id of [instanceFacts().id, ofJob]) expect(id).toMatch(/^web-0-/)
})
