/**
 * A job under faults at random, from a seed: nodes are killed and come back, the network is parted and
 * mended, programs end well and badly, on Raft and on Simplex. Whatever happens, no attempt is started
 * twice, two run at once only where one was given up, and in the end all is done.
 */
import { describe, expect, test } from 'vitest'
import { createSeededRandom, type Random } from '../../base/random/index.ts'
import { befall, MISFORTUNES, oneOf, recover } from './testing/chaos.ts'
import { type House, openHouse } from './testing/house.ts'

const SLOTS = 4

/** Or a program ends. */
async function misfortune(house: House, random: Random): Promise<string> {
  const which = random.int(MISFORTUNES + 2)
  if (which < MISFORTUNES) return befall(house, random, which)
  const one = oneOf(house.running('mill'), random)
  if (one) one.node.engine.exit(one.id, random.int(3) === 0 ? 1 : 0)
  return 'exit'
}

function twice(house: House): string[] {
  const bySlot = Map.groupBy(house.running('mill'), ({ slot }) => slot)
  return [...bySlot].flatMap(([slot, running]) => {
    const up = house.nodes.filter((node) => node.up)
    const rows = up.map(({ desired }) => desired.job('mill')?.attempts.get(slot))
    const lost = Math.max(0, ...rows.map((row) => row?.lost.length ?? 0))
    return running.length > 1 + lost ? [`slot ${slot}: ${running.map(({ id }) => id)}`] : []
  })
}

describe.each(['raft', 'simplex'] as const)('a job under faults on %s', (consensus) => {
  test.each(Array.from({ length: 12 }, (_, at) => at + 1))('of seed %i', async (seed) => {
    const random = createSeededRandom(seed)
    const house = await openHouse(5, 4, consensus)
    // Under Simplex the others’ owners may only use.
    await house.deploy(house.nodes[1]!, {
      ...{ name: 'mill', containers: [{ image: 'a' }] },
      job: { completions: SLOTS, parallelism: 3, retries: 100, lostAfterMs: 3_000 },
      restart: { backoffMs: 100, backoffMsMax: 500 },
    })
    const done: string[] = []
    for (let step = 0; step < 25; step++) {
      await house.pass(random.int(4_000), 10)
      done.push(await misfortune(house, random))
      expect([done.join(), twice(house)]).toEqual([done.join(), []])
    }
    await recover(house)
    const job = () => house.nodes[1]!.desired.job('mill')
    await house.until(
      'all to be done',
      () => {
        for (const one of house.running('mill')) one.node.engine.exit(one.id, 0)
        return job()?.runs.at(-1)?.[1].ended !== undefined
      },
      180_000,
    )
    expect(job()?.runs.map(([, row]) => row.ended?.outcome)).toEqual(['succeeded'])
    await house.pass(10_000, 10)
    expect(house.running('mill')).toEqual([])
    const started = house.nodes.flatMap((node) => node.started)
    expect(started.filter((id, at) => started.indexOf(id) !== at)).toEqual([])
    await house.stopAll()
  })
})
