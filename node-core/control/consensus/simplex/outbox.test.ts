import { expect, it } from 'vitest'
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import { createOutbox } from './outbox.ts'
import { encodeRecord } from './records.ts'
import { draft } from './voter.fixture.ts'

const block = (view: number) => ({ kind: 'block' as const, block: draft(view).bytes })
const snapshot = { kind: 'snapshot' as const, snapshot: new Uint8Array([7]) }
const entries = (index: number) => {
  const committed = [{ index: index as LogIndex, payload: new Uint8Array() }]
  return { snapshot: undefined, committed, fates: [] }
}
const restored = {
  snapshot: {
    index: 9 as LogIndex,
    state: snapshot.snapshot,
    members: { voters: [], learners: [] },
  },
  committed: [],
  fates: [],
}

it('hands another’s snapshot out with the record of it, however much is to be delivered before', () => {
  const outbox = createOutbox('a'.repeat(64) as NodeId)
  outbox.record(block(1), { sync: true })
  outbox.deliver(entries(1))
  outbox.deliver(entries(2))
  outbox.record(snapshot, { sync: true })
  outbox.deliver(restored)
  outbox.record(block(2), { sync: false })
  outbox.deliver(entries(10))

  const first = outbox.take()
  expect(first?.records).toEqual([encodeRecord(block(1))])
  expect(first?.committed).toHaveLength(1)
  expect(outbox.take()).toMatchObject({ records: [], mustSync: false, snapshot: undefined })
  const third = outbox.take()
  expect(third?.snapshot?.index).toBe(9)
  expect(third?.records).toEqual([snapshot, block(2)].map(encodeRecord))
  expect(third?.mustSync).toBe(true)
  expect(outbox.take()?.committed[0]?.index).toBe(10)
  expect(outbox.take()).toBeUndefined()
})
