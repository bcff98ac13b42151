/** Whole nodes on one clock: who decides how many copies there are, and whether a canary goes on. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Plain } from '../../base/codec/index.ts'
import { LATENCY_CLASSES_MS } from '../edge/index.ts'
import { during, type House, type HouseNode, openHouse } from '../reconcile/testing/house.ts'
import { shareOf, templateOf } from '../spec/index.ts'

let house: House
afterEach(() => house.stopAll())

const web = (more: object) => ({
  ...{ name: 'web', graceMs: 0, ...more },
  containers: [{ image: 'a', ports: [{ containerPort: 80 }], resources: { cpu: '100m' } }],
})
const desired = (seenBy = house.nodes[1]!) => seenBy.desired.get('web')
const copies = (): number | undefined => desired()?.workload.replicas

describe.each(['raft', 'simplex'] as const)('a canary on %s', (consensus) => {
  const STEPS = [{ share: 20, forMs: 5_000 }, { share: 60 }]
  const version = (A: string) => ({
    ...web({ replicas: 5, rollout: { kind: 'canary', steps: STEPS } }),
    env: { A },
  })

  /** Answers of the new version and of the old at one edge, and how many of the new were errors. */
  async function answer(by: HouseNode, fresh: number, errors: number): Promise<void> {
    const now = desired()!
    const total = (answers: number, of: number): Plain => {
      return { answers, errors: of, latencies: { 5: answers } }
    }
    const versions = { [templateOf(now.workload)]: total(fresh, errors), old: total(fresh * 4, 0) }
    const asked = { web: { open: 0, waiting: 0, versions } }
    await by.map.put(`node/${by.id}/load`, { asked, processor: {} })
  }
  const fresh = () => {
    const { generation } = desired()!
    return house.running('web').filter((one) => one.generation === generation).length
  }

  async function begun(): Promise<void> {
    house = await openHouse(5, 4, consensus)
    await house.deploy(house.nodes[1]!, version('old'))
    await house.until('it to serve', () => house.serves('web', 5), 5_000)
    await house.deploy(house.nodes[1]!, version('new'))
    await house.until('one to be new', () => fresh() === 1, 5_000)
    await house.pass(2_000)
    expect(house.running('web')).toHaveLength(6)
  }

  test('goes on by itself, waits where it is told to, and takes over when it is promoted', async () => {
    await begun()
    await answer(house.nodes[2]!, 100, 0)
    await house.until('its next share', () => shareOf(desired()!) === 60, 12_000)
    await house.until('as many as that needs', () => fresh() === 3, 5_000)
    await house.pass(60_000, 20)
    expect([shareOf(desired()!), house.running('web').length]).toEqual([60, 8])
    const { workload, generation } = desired()!
    const body = { workload: 'web', generation, template: templateOf(workload), step: 2 }
    await during(
      house,
      house.committee!.primaryOf(house.nodes[1]!.id).execute({ kind: 'canary.step', body }),
    )
    // Nobody waits for the next look: what is left is how long copies take to start and to end.
    await house.until('all to be new', () => fresh() === 5 && house.serves('web', 5), 2_000)
  })

  test('goes back by itself with errors, to the copies that had served', async () => {
    await begun()
    const old = house.running('web').filter(({ generation }) => generation === 1)
    await answer(house.nodes[2]!, 100, 0)
    await house.pass(3_000)
    await answer(house.nodes[2]!, 130, 20)
    await house.until('it to go back', () => desired()?.generation === 3, 8_000)
    expect(desired()?.canary?.failed).toMatchObject({ why: 'ERRORS', generation: 2, before: 0 })
    expect(desired()?.workload.parts[0].env).toEqual({ A: 'old' })
    await house.until('the old ones alone', () => house.serves('web', 5), 15_000)
    expect(house.running('web').map(({ id }) => id)).toEqual(old.map(({ id }) => id))
    await house.pass(20_000, 20)
    expect(desired()?.generation).toBe(3)
  })

  test('goes back over one that was on trial itself, to what served', async () => {
    await begun()
    await house.deploy(house.nodes[1]!, version('worse'))
    await house.until('one of the third to be new', () => fresh() === 1, 5_000)
    await house.pass(2_000)
    await answer(house.nodes[2]!, 100, 0)
    await house.pass(3_000)
    await answer(house.nodes[2]!, 130, 20)
    await house.until('it to go back', () => desired()?.canary?.failed !== undefined, 8_000)
    expect(desired()?.workload.parts[0].env).toEqual({ A: 'old' })
    await house.until('the old ones alone', () => house.serves('web', 5), 15_000)
    expect(house.running('web').every(({ generation }) => generation === 1)).toBe(true)
  })

  test('does not go on by what a computer told before it died', async () => {
    await begun()
    const dies = house.running('web').find(({ generation }) => generation === 2)!.node
    for (const { engine } of house.nodes) engine.failStarts('IMAGE_NOT_FOUND')
    dies.kill()
    await house.pass(30_000, 20)
    const seenBy = house.nodes.find(({ up }) => up)!
    expect(shareOf(desired(seenBy)!)).toBe(20)
    for (const { engine } of house.nodes) engine.failStarts(undefined)
    await house.until('its next share', () => shareOf(desired(seenBy)!) === 60, 90_000)
  })

  test('that goes back leaves the rules that its owner changed meanwhile, once all know how', async () => {
    await begun()
    house.committee!.raiseRules(2)
    await house.pass(500)
    const meanwhile = { edge: { access: 'members' }, replicas: 6 }
    await house.deploy(house.nodes[1]!, { ...version('new'), ...meanwhile })
    await answer(house.nodes[2]!, 100, 0)
    await house.pass(3_000)
    await answer(house.nodes[2]!, 130, 20)
    await house.until('it to go back', () => desired()?.canary?.failed !== undefined, 8_000)
    const { workload } = desired()!
    expect(workload.parts[0].env).toEqual({ A: 'old' })
    expect([workload.edge?.access, workload.replicas]).toEqual(['members', 6])
    await house.until('the old ones alone', () => house.serves('web', 6), 15_000)
  })

  test('whose copies start again and again is given up, by the next who decides too', async () => {
    house = await openHouse(5, 4, consensus)
    await house.deploy(house.nodes[1]!, version('old'))
    await house.until('it to serve', () => house.serves('web', 5), 5_000)
    await house.deploy(house.nodes[1]!, version('new'))
    await house.until('one to be new', () => fresh() === 1, 5_000)
    house.nodes[0]!.kill()
    for (let restart = 0; restart < 40 && desired()?.generation === 2; restart++) {
      for (const one of house.running('web')) {
        if (one.generation === 2) one.node.engine.exit(one.id, 1)
      }
      await house.pass(1_000, 10)
    }
    expect(desired()?.canary?.failed).toMatchObject({ why: 'UNHEALTHY' })
  })

  test('whose image nobody has is taken back, and not for a registry that is away for a moment', async () => {
    house = await openHouse(5, 4, consensus)
    await house.deploy(house.nodes[1]!, version('old'))
    await house.until('it to serve', () => house.serves('web', 5), 5_000)
    const old = house.running('web')
    const fail = (code: 'IMAGE_NOT_FOUND' | undefined): void => {
      for (const { engine } of house.nodes) engine.failStarts(code)
    }
    fail('IMAGE_NOT_FOUND')
    await house.deploy(house.nodes[1]!, version('new'))
    await house.pass(50_000, 20)
    fail(undefined)
    await house.until('it to have come', () => fresh() === 1, 70_000)
    expect(desired()?.generation).toBe(2)
    await house.deploy(house.nodes[1]!, version('old'))
    fail('IMAGE_NOT_FOUND')
    await house.deploy(house.nodes[1]!, version('mistyped'))
    await house.until('it to be taken back', () => desired()?.generation === 5, 250_000)
    expect(desired()?.canary?.failed).toMatchObject({ why: 'IMAGE_NOT_FOUND', generation: 4 })
    await house.until('the old ones alone', () => house.serves('web', 5), 15_000)
    expect(house.running('web').map(({ id }) => id)).toEqual(old.map(({ id }) => id))
  })
})

describe('how many copies', () => {
  test('follows a key of its own', async () => {
    house = await openHouse(3, 3)
    const queue = { key: 'web/orders', perCopy: 10 }
    const times = { upAfterMs: 0, downAfterMs: 5_000, idleMs: 5_000 }
    await house.deploy(house.nodes[0]!, web({ autoscale: { min: 0, max: 4, queue, ...times } }))
    const put = (text: string) =>
      house.committee!.execute({
        kind: 'kv.put',
        body: { key: 'web/orders', value: new Uint8Array(Buffer.from(text)) },
      })
    put('31')
    await house.until('as many as that asks for', () => copies() === 4, 12_000)
    put('no number')
    await house.pass(20_000, 20)
    expect(copies()).toBe(4)
    put('12')
    await house.until('fewer', () => copies() === 2, 12_000)
    put('0')
    await house.until('none', () => copies() === 0, 20_000)
    put('1')
    await house.until('one, though nobody asks', () => copies() === 1, 5_000)
  })

  test('does not become fewer while what is asked gets no answer', async () => {
    house = await openHouse(3, 3)
    const times = { upAfterMs: 0, downAfterMs: 5_000 }
    await house.deploy(
      house.nodes[0]!,
      web({ autoscale: { min: 2, max: 6, p99Ms: 200, ...times } }),
    )
    await house.until('two to serve', () => house.serves('web', 2), 5_000)
    const edge = house.nodes[2]!
    const slowMs = LATENCY_CLASSES_MS.find((ms) => ms > 1_000)!
    const tell = (answers: number, latencies: Record<number, number>) => {
      const versions = { a: { answers, errors: 0, latencies } }
      const asked = { web: { open: 0, waiting: 0, versions } }
      return edge.map.put(`node/${edge.id}/load`, { asked, processor: {} })
    }
    await tell(0, {})
    await house.pass(12_000, 20)
    await tell(100, { [slowMs]: 100 })
    await house.until('more', () => (copies() ?? 0) > 2, 12_000)
    const then = copies()
    for (let answers = 101; answers < 112; answers++) {
      await tell(answers, { [slowMs]: 100 })
      await house.pass(2_500, 20)
    }
    expect(copies()).toBe(then)
    await house.until('fewer, when nobody asks', () => copies() === 2, 60_000)
  })

  test('follows what all copies take of the processor', async () => {
    house = await openHouse(3, 3)
    const times = { upAfterMs: 0, downAfterMs: 5_000 }
    await house.deploy(house.nodes[0]!, web({ autoscale: { max: 6, cpuPercent: 50, ...times } }))
    await house.until('one to serve', () => house.serves('web', 1), 5_000)
    const take = async (each: number): Promise<void> => {
      for (const node of house.nodes) {
        const own = house.running('web').filter((one) => one.node === node).length
        const processor: Plain = own > 0 ? { web: { cpuMillis: each * own, copies: own } } : {}
        await node.map.put(`node/${node.id}/load`, { asked: {}, processor })
      }
    }
    await take(90)
    await house.until('two', () => copies() === 2, 8_000)
    // Those that nobody has measured yet are no reason to end one.
    await house.pass(20_000, 20)
    expect(copies()).toBe(2)
    await take(10)
    await house.until('one again', () => copies() === 1, 12_000)
  })
})
