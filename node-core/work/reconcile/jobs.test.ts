/**
 * Jobs over real reconcilers and assigners, a real registry, and faults: a node killed in mid-run, cut
 * off, a leader that goes, a node that comes back with what it did meanwhile.
 */
import { afterEach, describe, expect, test } from 'vitest'
import { during, type House, type HouseNode, openHouse } from './testing/house.ts'

const MINUTE_MS = 60_000

describe('a job', () => {
  let house: House
  afterEach(() => house.stopAll())

  const open = async (nodes = 3, voters = 3): Promise<void> => {
    house = await openHouse(nodes, voters)
  }
  const deploy = (job: object = {}, more: object = {}) =>
    house.deploy(house.nodes[0]!, {
      ...{ name: 'mill', containers: [{ image: 'a' }], job },
      restart: { backoffMs: 100, backoffMsMax: 100 },
      ...more,
    })
  const anyone = (): HouseNode => house.nodes.findLast(({ up }) => up)!
  const runs = () =>
    anyone()
      .desired.job('mill')
      ?.runs.map(([, row]) => row) ?? []
  const outcomes = () => runs().map(({ ended }) => ended?.outcome ?? 'running')
  const running = () => house.running('mill')
  const starts = () => house.startCount()
  const until = (what: string, is: () => boolean, withinMs = 20_000) =>
    house.until(what, is, withinMs)
  /** The program of every instance that runs now ends. */
  const exitAll = (code: number): void => {
    for (const { node, id } of running()) node.engine.exit(id, code)
  }
  const outcomeIs = (outcome: string) => (): boolean => outcomes().at(-1) === outcome

  test('runs once, is done, and keeps how it went', async () => {
    await open()
    await deploy()
    await until('it to run', () => running().length === 1)
    const [{ node }] = running() as [ReturnType<typeof running>[number]]
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
    await house.pass(20_000)
    expect(starts()).toBe(1)
    expect(runs()[0]?.ended?.results).toMatchObject([
      { index: 0, attempt: 1, node: node.id, outcome: 'succeeded', exitCode: 0 },
    ])
    const shown = anyone().view.instances()
    expect(shown).toMatchObject([{ status: 'Stopped', ended: { exitCode: 0 } }])
  })

  test('runs as many slots at a time as it says, each until it has ended well', async () => {
    await open()
    await deploy({ completions: 5, parallelism: 2 })
    let most = 0
    await until(
      'all to be done',
      () => {
        most = Math.max(most, running().length)
        exitAll(0)
        return outcomes()[0] === 'succeeded'
      },
      60_000,
    )
    expect([most <= 2, starts()]).toEqual([true, 5])
  })

  test('is attempted again as often as it may, and has failed then', async () => {
    await open(1, 1)
    await deploy({ retries: 2 })
    await until('it to fail', () => {
      exitAll(3)
      return outcomes()[0] === 'failed'
    })
    await house.pass(10_000)
    expect(starts()).toBe(3)
    expect(runs()[0]?.ended?.results).toMatchObject([{ attempt: 3, exitCode: 3 }])
  })

  test('has failed too where nothing could ever run', async () => {
    await open(1, 1)
    house.nodes[0]?.engine.failStarts('NOT_RUNNABLE')
    await deploy({ retries: 2 })
    await until('it to fail', outcomeIs('failed'))
    expect(runs()[0]?.ended?.results).toMatchObject([{ attempt: 3, outcome: 'failed' }])
  })

  test('is ended when its time is over', async () => {
    await open()
    await deploy({ deadlineMs: 30_000 })
    await until('it to run', () => running().length === 1)
    await until('its end', outcomeIs('failed'), MINUTE_MS)
    expect(runs()[0]?.ended?.code).toBe('DEADLINE')
    await until('it to be gone', () => running().length === 0)
    expect(starts()).toBe(1)
  })

  test('has all of its time, in a network that had rested too', async () => {
    await open()
    await house.pass(10 * MINUTE_MS)
    await deploy({ deadlineMs: 30_000 })
    await until('it to run', () => running().length === 1)
    await house.pass(25_000)
    expect([outcomes(), starts()]).toEqual([['running'], 1])
    await until('its end', outcomeIs('failed'), 10_000)
    expect(runs()[0]?.ended?.code).toBe('DEADLINE')
  })

  test('that ended while its node was away is not run again because that blinked', async () => {
    await open()
    await deploy()
    await until('it to run', () => running().length === 1)
    const [{ node, id }] = running() as [ReturnType<typeof running>[number]]
    node.kill()
    node.engine.exit(id, 0)
    await house.pass(20_000)
    expect(outcomes()).toEqual(['running'])
    await during(house, node.start())
    await until('its word', outcomeIs('succeeded'))
    await house.pass(10_000)
    expect(starts()).toBe(1)
  })

  test('that ended where nobody could be told is not run again though its node was stopped in order', async () => {
    await open()
    await deploy({ retries: 0 })
    await until('it to run', () => running().length === 1)
    const [{ node, id }] = running() as [ReturnType<typeof running>[number]]
    for (const other of house.nodes) if (other !== node) await during(house, other.stop())
    node.engine.exit(id, 0)
    await house.pass(3_000)
    await during(house, node.stop())
    expect(node.engine.held.size).toBe(0)
    for (const one of house.nodes) await during(house, one.start())
    await until('its end', outcomeIs('succeeded'))
    expect(starts()).toBe(1)
  })

  test('goes on where it was when its node comes back', async () => {
    await open()
    await deploy()
    await until('it to run', () => running().length === 1)
    const [{ node }] = running() as [ReturnType<typeof running>[number]]
    node.kill()
    await house.pass(10_000)
    await during(house, node.start())
    await house.pass(10_000)
    expect([starts(), running().length]).toEqual([1, 1])
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
  })

  test('is attempted elsewhere once its node was waited for, and never twice beyond that', async () => {
    await open()
    await deploy({ lostAfterMs: 10_000 })
    await until('it to run', () => running().length === 1)
    const [first] = running() as [ReturnType<typeof running>[number]]
    const others = house.nodes.filter((one) => one !== first.node)
    house.split(others)
    await house.pass(9_000)
    expect(running()).toHaveLength(1)
    await until('another attempt', () => running().some(({ node }) => node !== first.node), 30_000)
    await house.pass(20_000)
    expect(starts()).toBe(2)
    // The one that was cut off comes back: its attempt is over, and it is ended.
    house.mend()
    await until('one to be left', () => running().length === 1)
    expect(running()[0]?.node).not.toBe(first.node)
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
    await house.pass(5_000)
    expect(starts()).toBe(2)
  })

  test('is waited for anew by a leader that had missed its node before it lost the lead', async () => {
    await open()
    const [first, second, last] = house.nodes as [HouseNode, HouseNode, HouseNode]
    for (const other of [first, second]) other.facts.cordoned = true
    await deploy()
    await until('it to run', () => running().length === 1)
    last.kill()
    await house.pass(10_000)
    house.committee!.appoint(second.id)
    await during(house, last.start())
    await house.pass(2 * MINUTE_MS, 20)
    last.kill()
    await house.pass(5_000)
    house.committee!.appoint(first.id)
    await house.pass(20_000, 20)
    await during(house, last.start())
    await house.pass(5_000)
    expect(first.desired.job('mill')?.attempts.get(0)).toMatchObject({ attempt: 1, lost: [] })
    expect([starts(), running().length]).toEqual([1, 1])
  })

  test('counts as done by the attempt that was given up, if that ended well first', async () => {
    await open()
    await deploy({ lostAfterMs: 5_000 })
    await until('it to run', () => running().length === 1)
    const [first] = running() as [ReturnType<typeof running>[number]]
    house.split(house.nodes.filter((one) => one !== first.node))
    await until('another attempt', () => running().some(({ node }) => node !== first.node), 30_000)
    first.node.engine.exit(first.id, 0)
    await house.pass(3_000)
    house.mend()
    await until('it to be done', outcomeIs('succeeded'))
    expect(runs()[0]?.ended?.results).toMatchObject([{ attempt: 1, node: first.node.id }])
    await until('the other to be ended', () => running().length === 0)
    expect(starts()).toBe(2)
  })

  test('is not begun by anybody without a quorum, and what runs goes on', async () => {
    await open()
    await deploy({ completions: 2, parallelism: 1 })
    await until('it to run', () => running().length === 1)
    const [first] = running() as [ReturnType<typeof running>[number]]
    for (const node of house.nodes) if (node !== first.node) node.kill()
    await house.pass(30_000)
    expect([starts(), running().length]).toEqual([1, 1])
    exitAll(0)
    await house.pass(30_000)
    expect(starts()).toBe(1)
    for (const node of house.nodes) if (!node.up) await during(house, node.start())
    await until('the next slot', () => running().length === 1, 30_000)
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
    expect(starts()).toBe(2)
  })

  test('goes on under a new leader', async () => {
    await open(5, 3)
    await deploy({ completions: 6, parallelism: 3, lostAfterMs: 5_000 })
    await until('some to run', () => running().length === 3)
    house.nodes[0]!.kill()
    await until(
      'all to be done',
      () => {
        exitAll(0)
        return outcomes().at(-1) === 'succeeded'
      },
      120_000,
    )
    // What ran on the killed one may have been attempted again; nothing else was.
    const lost = house.nodes[0]!.engine.startCount
    expect(starts()).toBeLessThanOrEqual(6 + lost)
  })

  test('runs anew with another version, and the one before ends', async () => {
    await open()
    await deploy()
    await until('it to run', () => running().length === 1)
    await deploy({}, { containers: [{ image: 'b' }] })
    await until('the new one', () => outcomes().join() === 'replaced,running')
    await until('it to run alone', () => running().length === 1 && starts() === 2)
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
  })

  test('that is deleted ends everywhere, and its name may be used again', async () => {
    await open()
    await deploy()
    await until('it to run', () => running().length === 1)
    await house.end(house.nodes[0]!, 'mill')
    await until('it to end', () => running().length === 0)
    await deploy()
    await until('it to run anew', () => running().length === 1)
    exitAll(0)
    await until('it to be done', outcomeIs('succeeded'))
  })

  test('lets a draining node finish what it began', async () => {
    await open()
    await deploy({ completions: 2, parallelism: 1 })
    await until('it to run', () => running().length === 1)
    const [first] = running() as [ReturnType<typeof running>[number]]
    first.node.facts.draining = true
    await house.pass(10_000)
    expect([starts(), running()[0]?.node]).toEqual([1, first.node])
    exitAll(0)
    await until('the next slot', () => running().length === 1)
    expect(running()[0]?.node).not.toBe(first.node)
  })
})

describe('a job with a schedule', () => {
  let house: House
  afterEach(() => house.stopAll())

  test('is not begun for a time before it was deployed, where the network had rested over it', async () => {
    house = await openHouse(3, 3)
    await house.pass(10 * MINUTE_MS)
    const schedule = { cron: '*/5 * * * *' }
    await house.deploy(house.nodes[0]!, {
      ...{ name: 'tick', containers: [{ image: 'a' }], job: { schedule } },
    })
    const begun = () => house.nodes[2]!.desired.job('tick')?.runs.slice(1) ?? []
    const deployedMs = house.clock.wallMs()
    await house.until('it to be due', () => begun().length > 0, 6 * MINUTE_MS)
    expect(begun()[0]?.[1].dueMs).toBeGreaterThan(deployedMs)
  }, 60_000)

  test('is begun each time it is due, under whatever leader', async () => {
    house = await openHouse(3, 3)
    // Nothing runs where the leader is, so that it can go.
    house.nodes[0]!.facts.cordoned = true
    const schedule = { cron: '* * * * *' }
    await house.deploy(house.nodes[0]!, {
      ...{ name: 'tick', containers: [{ image: 'a' }], job: { schedule } },
    })
    const node = house.nodes[2]!
    const begun = () =>
      (node.desired.job('tick')?.runs ?? []).filter(([, row]) => row.ended?.outcome !== 'missed')
    for (let time = 1; time <= 3; time++) {
      await house.until('it to run', () => house.running('tick').length === 1, MINUTE_MS + 5_000)
      if (time === 2) house.nodes[0]!.kill()
      for (const one of house.running('tick')) one.node.engine.exit(one.id, 0)
      const isDone = () => begun().length === time && begun().at(-1)?.[1].ended !== undefined
      await house.until('its end', isDone, 10_000)
    }
    const times = begun().map(([, row]) => [
      row.dueMs % MINUTE_MS,
      row.startedMs - row.dueMs < 2_000,
    ])
    expect(times).toEqual([
      [0, true],
      [0, true],
      [0, true],
    ])
  }, 60_000)
})
