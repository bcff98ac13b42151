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
