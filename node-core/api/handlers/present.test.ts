/** A computer that left for good, against a node in memory. */
import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { ADA, BEN, memberOf, ownerFacts } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'

const GONE = { liveness: 'left', gone: true } as const

function open(change: Parameters<typeof createMemoryNode>[0] = {}) {
  const members = [memberOf(ADA), memberOf(BEN, GONE)]
  const node = createMemoryNode({ members, ...change })
  return { node, call: createRouterClient(node.router, { context: {} }) }
}
const named = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name)

it('is in no list and is found by no name, while one that is only off stays', async () => {
  const { call } = open()
  expect(named((await call.nodes.list()).nodes)).toEqual(['ada'])
  await expect(call.nodes.cordon({ id: 'ben' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(call.primary.promote({ id: 'ben' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const off = open({ members: [memberOf(ADA), memberOf(BEN, { liveness: 'left' })] })
  expect(named((await off.call.nodes.list()).nodes)).toEqual(['ada', 'ben'])
})

it('is none of its owner’s any more, who stays a member', async () => {
  const { node, call } = open()
  node.world.owners = [ownerFacts(ADA, true), ownerFacts(BEN, false)]
  const { members } = await call.members.list()
  expect(members.map(({ name, state, nodes }) => [name, state, nodes])).toEqual([
    ['ada', 'member', [ADA.node]],
    ['ben', 'member', []],
  ])
})

it('is shown for as long as the committee waits for its vote', async () => {
  const { call } = open({ committee: [ADA.node, BEN.node] })
  expect(named((await call.nodes.list()).nodes)).toEqual(['ada', 'ben'])
})
