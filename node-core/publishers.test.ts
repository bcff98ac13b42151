import { beforeEach, describe, expect, test } from 'vitest'
import { createSimClock, type SimClock } from './base/clock/index.ts'
import { createSimDisk, type SimDisk } from './base/disk/index.ts'
import { createSilentLogger } from './base/log/index.ts'
import { createPublishers, type Publishers, type PublishersDeps } from './publishers.ts'
import { createTestCommittee, type TestCommittee } from './work/desired/testing/committee.ts'
import { NO_PRIMARY } from './work/desired/testing/no-primary.ts'
import { createSharedMap, type SharedMap } from './work/reconcile/testing/shared-map.ts'

const KEY = 'ab'.repeat(32)

let clock: SimClock
let disk: SimDisk
let committee: TestCommittee
let map: SharedMap
let primary: PublishersDeps['primary']
let publishers: Publishers
let permissions: Set<'admin' | 'use'>
let told: unknown[]

beforeEach(async () => {
  clock = createSimClock()
  disk = createSimDisk()
  committee = createTestCommittee({ nodes: 1, clock, isUp: () => true, reach: () => [] })
  const [self] = committee.ids
  map = createSharedMap(
    self!,
    { records: new Map(), incarnation: 0 },
    { clock, reach: () => [], mapOf: () => undefined },
  )
  primary = committee.primaryOf(self!)
  permissions = new Set(['admin'])
  publishers = await open(primary)
})

async function open(of: PublishersDeps['primary']): Promise<Publishers> {
  const opened = createPublishers({
    ...{ primary: of, state: map, disk, clock, logger: createSilentLogger() },
    permissions: () => permissions,
  })
  await opened.start()
  told = []
  opened.subscribe((change) => told.push(change))
  return opened
}

async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    clock.advance(100)
    await new Promise(setImmediate)
  }
}

const follower = (): PublishersDeps['primary'] => ({
  ...primary,
  status: () => ({ ...primary.status(), role: 'none' }),
})

describe('a publisher', () => {
  test('is trusted by a setting of the registry, and no longer when that goes', async () => {
    expect(publishers.has(KEY)).toBe(false)
    await publishers.trust(KEY)
    expect(publishers.has(KEY)).toBe(true)
    expect(publishers.list()).toMatchObject([{ key: KEY }])
    expect(map.list('net/publisher/')).toEqual([])
    await publishers.untrust(KEY)
    expect([publishers.has(KEY), publishers.list()]).toEqual([false, []])
    await publishers.untrust(KEY)
    expect(told).toEqual([
      { key: KEY, gone: false },
      { key: KEY, gone: true },
    ])
  })

  test('is not confused with another setting', async () => {
    const body = { name: 'committee/x', value: { since: 'now' } }
    await primary.execute({ kind: 'setting.put', body })
    expect(publishers.list()).toEqual([])
  })

  test('of before there was a registry counts, and is taken over by an admin’s node', async () => {
    permissions = new Set(['use'])
    await map.put(`net/publisher/${KEY}`, { since: 'then' })
    await pass(5_000)
    expect(publishers.list()).toEqual([{ key: KEY, since: 'then' }])
    expect(primary.view()?.setting(`publisher/${KEY}`)).toBeUndefined()
    permissions = new Set(['admin'])
    await pass(3_000)
    expect(primary.view()?.setting(`publisher/${KEY}`)?.value).toEqual({ since: 'then' })
    expect(map.get(`net/publisher/${KEY}`)?.value).toBeDefined()
    told = []
    await pass(15_000)
    expect(told).toEqual([])
    expect(map.get(`net/publisher/${KEY}`)?.value).toBeUndefined()
    expect(publishers.list()).toEqual([{ key: KEY, since: 'then' }])
  })

  test('taken back before it was taken over stays so', async () => {
    await map.put(`net/publisher/${KEY}`, { since: 'then' })
    await publishers.untrust(KEY)
    await pass(5_000)
    expect(publishers.has(KEY)).toBe(false)
  })

  test('is trusted after a restart of a node that only follows, though nobody is there', async () => {
    await publishers.stop()
    publishers = await open(follower())
    await publishers.trust(KEY)
    await pass(3_000)
    await publishers.stop()
    const alone = { ...follower(), view: () => undefined }
    publishers = await open(alone)
    expect(publishers.has(KEY)).toBe(true)
  })

  test('is an entry of the shared state where there is no Primary', async () => {
    publishers = await open(NO_PRIMARY)
    await publishers.trust(KEY)
    expect(publishers.has(KEY)).toBe(true)
    await publishers.untrust(KEY)
    expect(publishers.has(KEY)).toBe(false)
  })
})
