import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { slotOf } from '../../work/spec/index.ts'
import { ADA, BEN, instanceFacts, memberOf } from '../testing/memory-facts.ts'
import { createMemoryNode } from '../testing/memory-node.ts'
import { awaitingData, dataAwayReason, notDueReason, portsTakenReason } from './waiting-reasons.ts'

const SCHEDULE = { cron: '30 3 * * *', timeZone: 'UTC', overlap: 'forbid' } as const

function reasonOf(change: object, status = 'Scheduled') {
  const job = { schedule: { ...SCHEDULE, paused: false, ...change } }
  const [reason] = notDueReason({ name: 'backup', status, job: { ...job, ...change } } as never)
  return reason
}

describe('a job that runs by itself', () => {
  it('says when its next run is due, and how to begin one now', () => {
    const reason = reasonOf({ nextRunAt: '2026-11-27T03:30:00.000Z' })
    expect(reason?.code).toBe('NOT_DUE')
    expect(reason?.message).toContain('due at 2026-11-27T03:30:00.000Z')
    expect(reason?.message).toContain('mycelium run backup')
  })

  it('says that it is paused', () => {
    expect(reasonOf({ schedule: { ...SCHEDULE, paused: true } })?.code).toBe('SCHEDULE_PAUSED')
  })

  it('says nothing of it while a run goes on', () => {
    expect(reasonOf({}, 'Running')).toBeUndefined()
  })
})

describe('a host port', () => {
  const web = (name: string, more: object = {}) => ({
    ...{ name, ...more },
    containers: [{ image: 'hello:1', ports: [{ containerPort: 80, hostPort: 8_080 }] }],
  })
  const conditionsOf = async (...all: object[]) => {
    const node = createMemoryNode()
    const call = createRouterClient(node.router, { context: {} })
    for (const each of all) await call.workloads.deploy(each as never)
    const { name } = web('last')
    const { conditions } = await call.workloads.why({ name })
    return conditions.filter(({ code }) => code === 'HOST_PORT_TAKEN').map(({ message }) => message)
  }

  it('that others ask for too is named with them', async () => {
    const first = web('first', { replicas: 2 })
    expect(await conditionsOf(first, web('last'))).toEqual([
      'A host port that it asks for is taken on ada and ben. 8080/tcp is asked for by first too.',
    ])
  })

  it('is there once on each computer', async () => {
    expect(await conditionsOf(web('last', { replicas: 3 }))).toEqual([
      'A host port that it asks for is taken on ada and ben. 8080/tcp serves one copy on each computer.',
    ])
  })

  it('that is taken is so on the computers that are named', () => {
    const workload = { name: 'last', replicas: 1, parts: [] }
    const slots = (...names: string[]) => [
      { refused: names.map((nodeName) => ({ nodeName, reason: { code: 'HOST_PORT_TAKEN' } })) },
      { refused: [{ nodeName: 'eva', reason: { code: 'CPU_FULL' } }] },
    ]
    const told = (...names: string[]) =>
      portsTakenReason({ workloads: [] }, { workload } as never, slots(...names))[0]?.message
    expect(told('ada')).toBe('A host port that it asks for is taken on ada.')
    expect(told('ben', 'ada', 'ben')).toBe('A host port that it asks for is taken on ada and ben.')
    expect(told('ada', 'ben', 'cat', 'dan', 'eva')).toBe(
      'A host port that it asks for is taken on ada, ben, cat and 2 more.',
    )
    expect(told()).toBeUndefined()
    const placed = slots('ada', 'ben').map((slot) => ({ ...slot, node: ADA.node }))
    expect(portsTakenReason({ workloads: [] }, { workload } as never, placed)).toEqual([])
  })

  it('that is free is not spoken of', async () => {
    expect(await conditionsOf(web('last'))).toEqual([])
  })
})

describe('something that a computer lacks', () => {
  it('is told of the workload with the name of each computer, and of the copy without', async () => {
    const node = createMemoryNode()
    const call = createRouterClient(node.router, { context: {} })
    await call.workloads.deploy({ name: 'web', replicas: 2, containers: [{ image: 'hello:1' }] })
    const reason = { code: 'PORT_TAKEN', message: 'Port 18090 is taken by something else.' }
    const failed = { status: 'Failed', health: 'unknown', reason } as const
    node.world.members = [memberOf(ADA), memberOf(BEN)]
    node.world.instances = [
      instanceFacts(failed),
      instanceFacts({ ...failed, id: 'web-1-abcdef', index: 1, node: BEN.node }),
    ]
    const { conditions, instances } = await call.workloads.get({ name: 'web' })
    expect(conditions.filter(({ code }) => code === 'PORT_TAKEN')).toEqual([
      { code: 'PORT_TAKEN', message: `On ada: ${reason.message}` },
      { code: 'PORT_TAKEN', message: `On ben: ${reason.message}` },
    ])
    // Beside the name of its computer it stands as it is.
    expect(instances.map((one) => one.reason)).toEqual([reason, reason])
  })
})

describe('a copy whose data lies on a computer that is away', () => {
  const workload = { name: 'db', volumes: [{ name: 'data' }, { name: 'log' }] }
  const ben = BEN.node
  const slot = { index: 1, node: ben, because: { code: 'DATA_THERE' } }
  const dataOf = new Map([[slotOf('db', 1), [ben]]])
  const waiting = (one: object, isLost = true) => {
    const computers = { isLost: () => isLost, nameOf: () => 'ben' }
    return awaitingData({ dataOf }, { workload } as never, [{ ...slot, ...one }], computers)
  }

  it('says for whom it waits, and what can be done if that never comes back', () => {
    const [reason] = dataAwayReason({ workload } as never, waiting({}))
    expect(reason?.code).toBe('DATA_AWAY')
    expect(reason?.message).toContain('db-1 for ben')
    expect(reason?.message).toContain('volume delete db.1.data --give-up and mycelium volume')
  })

  it('says nothing of copies that have none there', () => {
    expect(waiting({ because: { code: 'RUNS_THERE' } })).toEqual([])
    expect(waiting({}, false)).toEqual([])
    expect(dataAwayReason({ workload } as never, [])).toEqual([])
  })

  it('is placed nowhere where that has left, and says so too', () => {
    const refusedFor = (code: string) => ({ node: undefined, refused: [{ reason: { code } }] })
    expect(waiting(refusedFor('DATA_ELSEWHERE'))).toEqual([{ index: 1, nodeName: 'ben' }])
    expect(waiting(refusedFor('DATA_ELSEWHERE'), false)).toEqual([])
    expect(waiting(refusedFor('CPU_FULL'))).toEqual([])
  })
})
