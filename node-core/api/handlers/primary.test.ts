import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { ADA, BEN, createMemoryNode, memberOf } from '../testing/memory-node.ts'

const CLEO = { ...BEN, node: 'c'.repeat(64) as typeof BEN.node, name: 'cleo' }
const statusWith = async (liveness: 'alive' | 'dead') => {
  const members = [memberOf(ADA), memberOf(BEN), { ...memberOf(CLEO), liveness }]
  const { router } = createMemoryNode({ members, committee: [ADA.node, BEN.node, CLEO.node] })
  return (await createRouterClient(router, { context: {} }).node.status({})).primary
}

describe('what the committee bears', () => {
  it('is told of those who are there: one of three may fail', async () => {
    const primary = await statusWith('alive')
    expect(primary).toMatchObject({ mayFail: 1 })
    expect(primary).not.toHaveProperty('silent')
  })

  it('is nothing more once one of three is gone', async () => {
    expect(await statusWith('dead')).toMatchObject({ mayFail: 0, silent: 1 })
  })
})
