import { expect, test } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { desiredOf, parseWorkload, storedForm, workloadKey } from './index.ts'

const WEB = parseWorkload({ name: 'web', containers: [{ image: 'a' }] })
const ADA = 'a'.repeat(64) as StateRecord['owner']
const ADMIN = 'b'.repeat(64) as StateRecord['owner']
const record: StateRecord = {
  key: workloadKey('web'),
  value: storedForm(WEB),
  author: parseNodeId('1'.repeat(64))!,
  owner: ADA,
  incarnation: 1,
  counter: 1,
  generation: 2,
}

test('a workload reads back as it was written', () => {
  expect(desiredOf(record)).toEqual({ workload: WEB, owner: ADA, generation: 2 })
})

test('stays with the owner that took the name when an admin changes it', () => {
  expect(desiredOf({ ...record, owner: ADMIN, claim: ADA })?.owner).toBe(ADA)
})

test('a record under another name than its own is not one', () => {
  expect(desiredOf({ ...record, key: workloadKey('other') })).toBeUndefined()
})
