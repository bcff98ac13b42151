import { describe, expect, test } from 'vitest'
import { createBundleShelf } from './bundle-shelf.ts'

type Deps = Parameters<typeof createBundleShelf>[0]

/** What the network tells of bundles, and a repository that takes any with these nutrients. */
function shelfWith(nutrients: { cpu_milli: number; memory_mb: number }, p99_budget_ms = 0) {
  const told = new Map<string, unknown>()
  const here = new Map<string, unknown>()
  const published = {
    note: async (digest: string, entry: unknown) => void told.set(digest, entry),
    list: () => told,
    withdraw: async (digest: string) => void told.delete(digest),
    isOwn: (digest: string) => told.has(digest),
    others: () => others,
  }
  const others: string[] = []
  const wanted = { now: [] as string[], past: [] as string[], isCurrent: true }
  const having = (digest: string) => ({ parts: [{ source: { bundle: digest } }] })
  const desired = {
    isCurrent: () => wanted.isCurrent,
    list: () => [
      { workload: { name: 'web', ...having(wanted.now[0] ?? 'other') } },
      { workload: { name: 'api', ...having('other') } },
    ],
    past: (name: string) =>
      name === 'api' ? wanted.past.map((one) => ({ workload: having(one) })) : [],
  }
  const manifest = { name: 'greeter', version: '1.0.0', nutrients, slo: { p99_budget_ms } }
  const bundles = {
    publish: async () => ({ manifest, digest: 'sha256:1', publisher: 'none', sizeBytes: 9 }),
    known: (digest: string) => here.get(digest),
  }
  const publishers = { list: () => [], has: () => false }
  const state = { memberOf: () => undefined }
  const network = { genesis: { founders: [] } }
  const nameOf = (node: string) => `the node ${node}`
  const deps = { state, published, bundles, publishers, network, desired, nameOf }
  return { told, here, manifest, others, wanted, shelf: createBundleShelf(deps as unknown as Deps) }
}
const NOTHING = (async function* () {})()

describe('a published bundle', () => {
  test.each([
    [
      { cpu_milli: 300, memory_mb: 512 },
      { cpuMillis: 300, memoryBytes: 512 * 2 ** 20 },
    ],
    // As little as a workload may ask for.
    [
      { cpu_milli: 1, memory_mb: 1 },
      { cpuMillis: 10, memoryBytes: 6 * 2 ** 20 },
    ],
    // Nothing is said.
    [{ cpu_milli: 0, memory_mb: 0 }, {}],
    [
      { cpu_milli: 9e15, memory_mb: 9e15 },
      { cpuMillis: 1_024_000, memoryBytes: 64 * 2 ** 40 },
    ],
  ])('that says %o needs %o, which all nodes are told', async (nutrients, needs) => {
    const { shelf } = shelfWith(nutrients)
    expect((await shelf.publish(NOTHING)).needs).toEqual(needs)
    expect(shelf.list()[0]?.needs).toEqual(needs)
  })

  test('is to answer within its budget', async () => {
    const { shelf } = shelfWith({ cpu_milli: 0, memory_mb: 0 }, 300)
    expect((await shelf.publish(NOTHING)).needs).toEqual({ p99Ms: 300 })
    expect(shelf.list()[0]?.needs).toEqual({ p99Ms: 300 })
  })

  test('of before it was told needs nothing that is known', () => {
    const { shelf, told } = shelfWith({ cpu_milli: 1, memory_mb: 1 })
    told.set('sha256:2', { name: 'a', version: '1', publisher: 'b', sizeBytes: 1 })
    expect(shelf.list()[0]).not.toHaveProperty('needs')
  })

  test('that is here is called as its own file says, whatever others tell of it', () => {
    const { shelf, told, here, manifest } = shelfWith({ cpu_milli: 300, memory_mb: 512 })
    told.set('sha256:2', { name: 'other', version: '9', publisher: 'b', sizeBytes: 1 })
    here.set('sha256:2', { manifest, digest: 'sha256:2', publisher: 'none', sizeBytes: 9 })
    const needs = { cpuMillis: 300, memoryBytes: 512 * 2 ** 20 }
    const said = { name: 'greeter', version: '1.0.0', publisher: 'none', sizeBytes: 9, needs }
    expect(shelf.list()).toEqual([{ digest: 'sha256:2', ...said, trusted: false }])
  })

  const D = `sha256:${'d'.repeat(64)}`
  function withOne() {
    const made = shelfWith({ cpu_milli: 0, memory_mb: 0 })
    made.told.set(D, { name: 'greeter', version: '1', publisher: 'b', sizeBytes: 1 })
    return made
  }

  test('is told as this node’s own, is withdrawn by it, and then by nobody here', async () => {
    const { shelf, others } = withOne()
    expect(shelf.list()).toMatchObject([{ digest: D, here: true }])
    others.push('b')
    expect(await shelf.unpublish(D)).toEqual({
      digest: D,
      others: [{ id: 'b', name: 'the node b' }],
    })
    expect(shelf.list()).toEqual([])
    await expect(shelf.unpublish(D)).rejects.toMatchObject({
      ...{ code: 'NOT_FOUND', message: expect.stringContaining('the node b did') },
    })
  })

  test('stays published while a workload has it, can go back to it, or that is not known yet', async () => {
    const { shelf, wanted } = withOne()
    wanted.past.push(D)
    const inUse = (...workloads: string[]) => ({
      ...{ code: 'CONFLICT', details: { reason: 'IN_USE', workloads } },
    })
    await expect(shelf.unpublish(D)).rejects.toMatchObject(inUse('api'))
    wanted.now.push(D)
    await expect(shelf.unpublish(D)).rejects.toMatchObject(inUse('web', 'api'))
    wanted.isCurrent = false
    await expect(shelf.unpublish(D)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(shelf.list()).toHaveLength(1)
    wanted.isCurrent = true
    wanted.now.length = wanted.past.length = 0
    await shelf.unpublish(D)
    expect(shelf.list()).toEqual([])
  })
})
