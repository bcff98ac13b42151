/** What is seen, told to a registry as it is: rules, time and figures are its own. */
import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { createOneRegistry } from '../../control/primary/testing/one-registry.ts'
import { RELEASE } from '../../control/registry/index.ts'
import { HOUR_MS } from '../../economy/reputation/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  nodeIdOf,
  ownerIdOf,
} from '../../identity/index.ts'
import { desired, input, instance, node } from '../placement/testing/worlds.ts'
import { slotOf } from '../spec/index.ts'
import { createUpkeep } from './index.ts'
import { LOOK_MS } from './limits.ts'

const CREATED_AT = '2026-11-20T12:00:00.000Z'

it('an owner whose node keeps another’s copy up rises by a tenth of the way in each hour, and falls when it is silent', async () => {
  const random = createSeededRandom(51)
  const clock = createSimClock()
  const [ann, bob, annsNode, bobsNode] = [1, 2, 3, 4].map(() => generateKey(random)) as [
    KeyPair,
    KeyPair,
    KeyPair,
    KeyPair,
  ]
  const genesis = { name: 'House', consensus: 'raft', createdAt: CREATED_AT } as const
  const network = foundNetwork(ann, genesis, random)
  const [here, there] = [nodeIdOf(annsNode.publicKey), nodeIdOf(bobsNode.publicKey)]
  const registry = createOneRegistry(network, [here])
  const startMs = Date.parse(CREATED_AT)
  registry.nowMs = startMs
  const body = { owner: bob.publicKey, name: 'Bob', permissions: ['use' as const] }
  registry.execute(ann, { kind: 'member.admit', body })
  for (const [owner, key] of [
    [ann, annsNode],
    [bob, bobsNode],
  ] as const) {
    const certified = { node: key.publicKey, nowMs: startMs }
    const certificate = issueNodeCertificate(owner, network.id, certified)
    registry.execute(key, { kind: 'node.register', body: { certificate, role: 'rhizomorph' } })
  }
  const { version } = RELEASE
  registry.execute(annsNode, { kind: 'version.support', body: { version } })
  registry.execute(annsNode, { kind: 'version.activate', body: { version } })
  const spec = new Uint8Array([1])
  registry.execute(ann, { kind: 'workload.apply', body: { name: 'web', spec } })
  const plan = { workload: 'web', generation: 1, release: [] }
  registry.execute(annsNode, { kind: 'workload.assign', body: { ...plan, assign: [[0, there]] } })

  const web = { ...desired('web'), owner: ownerIdOf(ann.publicKey) }
  let isThere = true
  const world = () =>
    input({
      nodes: [
        node(1, { id: here, owner: web.owner }),
        node(2, { id: there, owner: ownerIdOf(bob.publicKey), live: isThere }),
      ],
      ...{ workloads: [web], instances: [{ ...instance(web, 0, 2), node: there }] },
      committed: { assignments: new Map([[slotOf('web', 0), there]]), bound: new Set(['web']) },
    })
  const upkeep = createUpkeep({
    ...{ self: here, owner: web.owner, clock, logger: createMemoryLogger(), selfDoubt: () => 0 },
    primary: registry.primaryOf(annsNode),
    view: { placementInput: world, subscribe: () => () => {} },
  })
  await upkeep.start()
  const hours = async (count: number): Promise<void> => {
    for (let passed = 0; passed < count * HOUR_MS; passed += LOOK_MS) {
      registry.nowMs += LOOK_MS
      // As housekeeping does it: else the log's time stands still, and nobody may say anything new.
      if (registry.view.isTickDue(here, registry.nowMs)) {
        registry.execute(annsNode, { kind: 'tick', body: {} })
      }
      clock.advance(LOOK_MS)
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    }
  }
  const figure = (): number => registry.view.reputation(ownerIdOf(bob.publicKey))
  await hours(7)
  expect(figure()).toBeGreaterThan(700_000)
  isThere = false
  await hours(6)
  expect(figure()).toBeLessThan(500_000)
  const hour = Math.floor(registry.view.timeMs / HOUR_MS)
  const [[by, said] = []] = registry.view.observations(ownerIdOf(bob.publicKey))
  expect([by, said?.ppm]).toEqual([web.owner, 0])
  expect(hour - (said?.hour ?? 0)).toBeLessThanOrEqual(2)
  await upkeep.stop()
})
