/** `mycelium reputation`, against a node in memory. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ADA, BEN } from '../../node-core/api/testing/memory-facts.ts'
import { assert } from '../../node-core/base/errors/index.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const HOUR = Date.parse('2026-11-27T12:00:00.000Z') / 3_600_000
let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
})
afterEach(() => home.remove())

/** What the registry holds of Ben. */
function holds(ppm: number, said: number[]): void {
  const view = home.node.deps.network()?.primary.view()
  assert(view, 'The node in memory has a registry.')
  Object.assign(view, {
    reputation: (owner: string) => (owner === BEN.owner ? ppm : 500_000),
    observations: (owner: string) =>
      owner === BEN.owner ? said.map((of, at) => [ADA.owner, { hour: HOUR + at, ppm: of }]) : [],
  })
}

it('lists owners, with who saw them last', async () => {
  holds(704_755, [1_000_000, 983_333])
  const { owners } = (await home.json('reputation')) as { owners: { owner: { name: string } }[] }
  expect(owners.map(({ owner }) => owner.name)).toEqual(['ada', 'ben'])
  expect(owners[1]).toMatchObject({ reputation: 0.704755, repute: 'trusted' })
  const { out } = await home.run('reputation')
  expect(out).toMatch(/^ada +0\.500 +acceptable$/m)
  expect(out).toMatch(/^ben +0\.704 +trusted +2026-11-27T13:00:00\.000Z +ada +98 %$/m)
})

it('tells of one all that was said lately, the latest first', async () => {
  holds(399_999, [0, 500_000])
  const { out } = await home.run('reputation', 'ben')
  expect(out).toMatch(/^ben: 0\.399, doubtful\n/)
  expect(out).toMatch(/T13:00:00\.000Z +ada +50 %\n2026-11-27T12:00:00\.000Z +ada +0 %/)
  expect((await home.run('reputation', 'ada')).out).toContain('Nobody had anything to say')
  expect((await home.run('reputation', 'eve')).exit).toBe(5)
})

it('is told of nodes as well', async () => {
  holds(550_000, [])
  const { nodes } = (await home.json('nodes')) as { nodes: { name: string; reputation: number }[] }
  expect(nodes.find(({ name }) => name === 'ben')?.reputation).toBe(0.55)
})
