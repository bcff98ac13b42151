import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { MyceliumError } from '../../base/errors/index.ts'
import { ADA, BEN, memberOf, ownerFacts } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

it('takes the votes of whoever is removed away first, never the last one, and none where it is refused', async () => {
  const members = [memberOf(ADA), memberOf(BEN)]
  const owners = [ownerFacts(ADA, true), ownerFacts(BEN, false)]
  const node = createMemoryNode({ members, owners, committee: [BEN.node] })
  const call = createRouterClient(node.router, { context: {} })
  await expect(call.members.remove({ owner: 'ben' })).rejects.toMatchObject({
    code: 'CONFLICT',
    data: { reason: 'LAST_VOTER' },
  })
  expect(node.world.calls).toEqual([])
  await call.primary.promote({ id: 'ada' })
  node.world.refuseRemoval = new MyceliumError('FORBIDDEN', 'Only a founder can change an admin.')
  await expect(call.members.remove({ owner: 'ben' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(node.world.committee).toContain(BEN.node)
  node.world.refuseRemoval = undefined
  await call.members.remove({ owner: 'ben' })
  expect(node.world.committee).toEqual([ADA.node])
  expect(node.world.calls.map(({ what }) => what)).toEqual(['remove'])
})

it('turns away whoever waits, and removes no member who was let in meanwhile', async () => {
  const owners = [ownerFacts(ADA, true), { ...ownerFacts(BEN, false), state: 'waiting' as const }]
  const node = createMemoryNode({ members: [memberOf(ADA)], owners })
  const call = createRouterClient(node.router, { context: {} })
  await call.members.remove({ owner: 'ben', ifState: 'waiting' })
  expect(node.world.calls).toEqual([{ what: 'remove', with: BEN.owner }])
  node.world.owners = [ownerFacts(ADA, true), ownerFacts(BEN, false)]
  await expect(call.members.remove({ owner: 'ben', ifState: 'waiting' })).rejects.toMatchObject({
    ...{ code: 'CONFLICT', data: { reason: 'NOT_WAITING' } },
  })
  expect(node.world.calls).toHaveLength(1)
})
