import { describe, expect, it } from 'vitest'
import { nodeIdOf } from '../../identity/index.ts'
import { createRegistry } from './index.ts'
import { createWorld } from './registry.fixture.ts'

function open() {
  const world = createWorld()
  const { founder, registry, certificate, random } = world
  const nodeKey = world.person().key
  const node = nodeIdOf(nodeKey.publicKey)
  const role = 'rhizomorph' as const
  const act = (key: typeof nodeKey, command: Parameters<typeof world.seal>[1][number]) =>
    world.commit([world.seal(key, [command])])[0]?.[0]
  act(nodeKey, {
    kind: 'node.register',
    body: { certificate: certificate(founder, nodeKey), role },
  })
  const say = (cordoned: boolean, expectVersion?: number) =>
    act(founder.key, {
      kind: 'node.cordon',
      body: {
        ...{ node, cordoned, draining: false },
        ...(expectVersion !== undefined && { expect: expectVersion }),
      },
    })
  return { ...world, registry, node, say, random, act }
}

describe('a cordon', () => {
  it('counts its versions, and refuses what was said on top of another', () => {
    const { say, registry, node, founder } = open()
    expect(say(true, 0)).toEqual({ ok: true, value: { version: 1 } })
    expect(say(false, 0)).toMatchObject({ code: 'CONFLICT', details: { version: 1 } })
    expect(say(false, 1)).toEqual({ ok: true, value: { version: 2 } })
    expect(say(true)).toEqual({ ok: true, value: { version: 3 } })
    const row = { cordoned: true, draining: false, version: 3, by: founder.owner }
    expect(registry.view.cordon(node)).toEqual(row)
    expect(registry.view.cordons()).toEqual([[node, row]])
  })

  it('is of registered nodes alone', () => {
    const { act, founder } = open()
    const body = { node: 'f'.repeat(64) as never, cordoned: true, draining: false }
    expect(act(founder.key, { kind: 'node.cordon', body })).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is in snapshots and in the hash; without one they are as they were before', () => {
    const { say, registry, network, node } = open()
    const before = registry.snapshot()
    say(true)
    const copy = createRegistry({ network, voters: [] })
    copy.restore(registry.snapshot())
    expect(copy.view.cordon(node)).toMatchObject({ cordoned: true, version: 1 })
    expect(copy.hash()).toBe(registry.hash())
    copy.restore(before)
    expect(copy.view.cordons()).toEqual([])
    expect(Buffer.from(before).includes('cordons')).toBe(false)
  })
})
