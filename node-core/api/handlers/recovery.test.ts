import { createRouterClient } from '@orpc/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { AWAY, type LostMajority, lateReport, loseMajority } from '../testing/lost-majority.ts'
import { ADA, BEN } from '../testing/memory-facts.ts'
import { createMemoryNode, type MemoryNode } from '../testing/memory-node.ts'

let node: MemoryNode
let lost: LostMajority
const call = () => createRouterClient(node.router, { context: {} }).recovery

beforeEach(() => {
  node = createMemoryNode()
  lost = loseMajority(node)
})

describe('what recovering would mean', () => {
  it('is told before anything is done', async () => {
    const { plan, refused } = await call().show()
    expect(refused).toBeUndefined()
    expect(plan).toMatchObject({ era: 2, voters: [ADA.node, BEN.node, AWAY], mayLose: true })
    expect(lost.asked).toEqual([])
  })

  it('is why there is nothing to recover, where a majority is in reach', async () => {
    node = createMemoryNode()
    const { plan, refused } = await call().show()
    expect([plan, refused?.code]).toEqual([undefined, 'QUORUM_STANDS'])
  })
})

describe('recovering', () => {
  it('begins the era after the one that was looked at', async () => {
    expect(await call().start({ era: 2 })).toEqual({ era: 3 })
    expect(lost.asked).toEqual([{ anyway: false, withoutWitness: false }])
  })

  it('is refused where that is not the era any more', async () => {
    await expect(call().start({ era: 1 })).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(lost.asked).toEqual([])
  })

  it('is refused where another copy holds more, unless a person says so', async () => {
    lost.plan = { ...lost.plan, later: [BEN.node] }
    await expect(call().start({ era: 2 })).rejects.toMatchObject({
      code: 'CONFLICT',
      data: { reason: 'LATER_COPY' },
    })
    expect(await call().start({ era: 2, anyway: true })).toEqual({ era: 3 })
  })

  it('is an admin’s', async () => {
    node.world.permissions = ['deploy', 'use']
    await expect(call().start({ era: 2 })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })
})

describe('a report of late writes', () => {
  beforeEach(() => {
    lost.reports = [lateReport(3)]
  })

  it('is listed by its head, and read page by page', async () => {
    const { reports } = await call().show()
    expect(reports).toMatchObject([
      { era: 1, commands: 3, rows: 1, at: '2026-11-25T12:00:00.000Z' },
    ])
    const page = await call().report({ era: 1, offset: 1, limit: 1 })
    expect(page.commands).toMatchObject([
      { index: 32, subject: 'shop/1', body: { key: 'shop/1', value: { base64: 'AQ==' } } },
    ])
    expect(page.rows).toEqual([])
    expect((await call().report({ era: 1 })).rows).toMatchObject([{ value: 'AQI=' }])
  })

  it('goes when it was seen to, and another era’s is none', async () => {
    const none = { code: 'NOT_FOUND' }
    await expect(call().report({ era: 5 })).rejects.toMatchObject(none)
    await call().discard({ era: 1 })
    await expect(call().discard({ era: 1 })).rejects.toMatchObject(none)
  })
})
