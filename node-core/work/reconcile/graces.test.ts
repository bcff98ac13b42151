/** What a workload said of its end still counts when it is deleted. */
import { afterEach, expect, test } from 'vitest'
import type { OwnerId } from '../../identity/index.ts'
import { parseWorkload } from '../spec/index.ts'
import { createGraces } from './graces.ts'
import { createHouse, during, type House, type HouseNode } from './testing/house.ts'

let house: House | undefined
afterEach(async () => {
  await house?.stopAll()
  house = undefined
})

/** A node that runs a workload, and how long each end of it was given. */
async function running(voters: number, graceMs: number) {
  const it = createHouse({ nodes: 1, voters, reconciler: { endOnStop: false } })
  house = it
  const only = it.nodes[0]!
  const given = noteEnds(only)
  await during(it, only.start())
  await it.pass(4_000)
  const say = (ms: number) =>
    it.deploy(only, { name: 'db', containers: [{ image: 'a' }], graceMs: ms })
  await say(graceMs)
  await it.until('it to serve', () => it.serves('db', 1), 5_000)
  const deleted = async (): Promise<void> => {
    await it.end(only, 'db')
    await it.until('it to end', () => it.running('db').length === 0, 10_000)
  }
  return { house: it, only, given, say, deleted }
}

function noteEnds({ engine }: HouseNode): (number | undefined)[] {
  const given: (number | undefined)[] = []
  const { runner } = engine
  Object.assign(engine, {
    runner(options: Parameters<typeof runner>[0]) {
      const real = runner(options)
      return {
        ...real,
        async end(...[id, how]: Parameters<typeof real.end>) {
          given.push(how?.graceMs)
          return real.end(id, how)
        },
      }
    },
  })
  return given
}

test.each([0, 1])('after its node was started again, with %i voters', async (voters) => {
  const { house, only, given, deleted } = await running(voters, 60_000)
  await during(house, only.stop())
  await during(house, only.start())
  await house.until('it to be found', () => house.serves('db', 1), 10_000)
  await deleted()
  expect(given).toEqual([60_000])
})

test.each([0, 1])('and as an update said it last, with %i voters', async (voters) => {
  const { house, given, say, deleted } = await running(voters, 1_000)
  await say(60_000)
  await house.pass(1_000)
  await deleted()
  expect(given).toEqual([60_000])
})

test('and where it was deleted while its node was away', () => {
  const workload = parseWorkload({ name: 'db', containers: [{ image: 'a' }], graceMs: 60_000 })
  const was = { workload, owner: 'f'.repeat(64) as OwnerId, generation: 1 }
  const graces = createGraces({ desired: () => undefined, past: () => [was] })
  graces.hear(['db'])
  expect(graces.of('db')).toBe(60_000)
})
