/** Two owners who call their workloads alike: each means their own (docs/adr/0048). */
import { createRouterClient } from '@orpc/server'
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { ADA, BEN, instanceFacts } from '../testing/memory-facts.ts'
import { createMemoryNode, type MemoryNode } from '../testing/memory-node.ts'
import { createInstanceOperations } from './instance.ts'
import type { KeyPrimary } from './keys.ts'
import { keysByOwner } from './keys-by-owner.ts'

const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }
const LONG = `web-of-${ADA.owner.slice(0, 10)}`
const at = '2026-11-20T00:00:00.000Z'
const keptLog = {
  ...{ instance: `${LONG}-0-abcdef`, workload: LONG, index: 0, node: ADA.node },
  ...{ since: at, until: at, lastAt: at, copy: false },
}
const BENS = `web-of-${BEN.owner.slice(0, 10)}`

describe('a name that another owner has too', () => {
  let node: MemoryNode
  let call: ReturnType<typeof clientOf>
  const clientOf = ({ router }: MemoryNode) => createRouterClient(router, { context: {} })

  beforeEach(async () => {
    node = createMemoryNode({ permissions: ['deploy', 'use'] })
    call = clientOf(node)
    await call.workloads.deploy(WEB)
    const [record] = node.deps.network()?.state.list('net/workload/') ?? []
    await node.put('net/workload/web', record?.value ?? null, BEN.owner)
  })

  it('is deployed all the same, and means one’s own from then on', async () => {
    expect(await call.workloads.get({ name: 'web' })).toMatchObject({ owner: { name: 'ben' } })
    const mine = await call.workloads.deploy({ ...WEB, secrets: [{ name: 'web/p', env: 'P' }] })
    expect(mine).toMatchObject({ name: LONG, shortName: 'web', owner: { name: 'ada' } })
    expect(mine.secrets).toEqual([{ name: `${LONG}/p`, env: 'P' }])
    // The same again is the same.
    const again = await call.workloads.deploy({ ...WEB, secrets: [{ name: 'web/p', env: 'P' }] })
    expect(again).toMatchObject({ name: LONG, generation: mine.generation })
    expect((await call.workloads.get({ name: 'web' })).name).toBe(LONG)
    expect((await call.workloads.change({ name: 'web', replicas: 2 })).replicas).toBe(2)
    await call.workloads.delete({ name: 'web' })
    const left = (await call.workloads.list()).workloads.map(({ name }) => name)
    expect(left).toEqual(['web'])
  })

  it('shows the other’s again once nothing is left of one’s own, which alone it changes', async () => {
    await call.workloads.deploy(WEB)
    await call.workloads.delete({ name: 'web' })
    const seen = { name: 'web', owner: { name: 'ben' } }
    const copy = instanceFacts({ workload: LONG })
    node.world.instances = [copy]
    expect((await call.workloads.get({ name: 'web' })).name).toBe(LONG)
    node.world.instances = []
    expect(await call.workloads.get({ name: 'web' })).toMatchObject(seen)
    expect(await call.edge.pass({ name: 'web' })).toHaveProperty('pass')
    await call.workloads.why({ name: 'web' })
    await call.workloads.usage({ name: 'web' })
    await call.edge.requests({ workload: 'web' })
    // Whose log is there still: one's own before the other's.
    const logs = async () => {
      for await (const _ of await call.workloads.logs({ name: 'web' }));
      return node.world.calls.at(-1)
    }
    expect(await logs()).toMatchObject({ with: { of: { workload: 'web' } } })
    node.world.kept = [keptLog]
    expect(await logs()).toMatchObject({ with: { of: { workload: LONG } } })
    await expect(call.workloads.delete({ name: 'web' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const again = await call.workloads.deploy(WEB)
    expect(again.name).toBe(LONG)
  })

  it('is the other’s by the long name, by which both are understood alike', async () => {
    await call.workloads.deploy(WEB)
    expect(await call.workloads.get({ name: BENS })).toMatchObject({ name: 'web' })
    expect(await call.workloads.get({ name: LONG })).toMatchObject({ name: LONG })
    await expect(call.workloads.delete({ name: BENS })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  it('is shown with the long name where the short one means one’s own, and opened by it', async () => {
    const shown = async () => {
      const { workloads } = await call.workloads.list()
      return workloads.map(({ name, longName, url }) => ({ name, longName, url }))
    }
    const url = (name: string) => expect.stringMatching(`^http://${name}.localhost:`)
    expect(await shown()).toEqual([{ name: 'web', longName: undefined, url: url('web') }])
    await call.workloads.deploy(WEB)
    expect(await shown()).toEqual([
      { name: 'web', longName: BENS, url: url(BENS) },
      { name: LONG, longName: undefined, url: url(LONG) },
    ])
    expect(await call.edge.pass({ name: BENS })).toMatchObject({ url: url(BENS) })
    await call.workloads.delete({ name: 'web' })
    // Its name stays one's own to change.
    expect(await shown()).toEqual([{ name: 'web', longName: BENS, url: url(BENS) }])
  })

  it('is taken in a manifest by either form', async () => {
    await call.workloads.deploy(WEB)
    for (const name of ['web', LONG]) {
      const manifest = JSON.stringify({ ...WEB, name, secrets: [{ name: `${name}/p`, env: 'P' }] })
      const changed = await call.workloads.change({ name: 'web', manifest })
      expect(changed.secrets).toEqual([{ name: `${LONG}/p`, env: 'P' }])
    }
    const other = JSON.stringify({ ...WEB, name: 'shop' })
    await expect(call.workloads.change({ name: 'web', manifest: other })).rejects.toMatchObject({
      code: 'VALIDATION_ERROR',
    })
    await expect(
      call.workloads.change({ name: 'web', uses: [{ name: 'web' }] }),
    ).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

describe('keys by their owner’s names', () => {
  const asked: unknown[] = []
  const row = { key: `${LONG}/a`, value: new Uint8Array(), createRevision: 1, modRevision: 1 }
  const whole = { ...row, version: 1, lease: `${LONG}/l` }
  const primary = {
    async execute(command) {
      asked.push(command)
      if (command.kind === 'kv.put' && command.body.key.startsWith('shop/')) {
        throw new MyceliumError('NAME_TAKEN', 'It is another owner’s.')
      }
      return { succeeded: true, revision: 1, answers: [whole, null] }
    },
    key: async (key) => ({ revision: 1, row: key === whole.key ? whole : undefined }),
    async keys(prefix, options) {
      asked.push([prefix, options])
      return { revision: 1, rows: [whole], more: false }
    },
    lease: async () => undefined,
    lock: async () => ({ holder: `${LONG}/l`, token: 1, waiting: ['else/l'] }),
    untilTurn: async () => {},
    async *watch(prefix) {
      asked.push(prefix)
      yield { revision: 1, events: [{ revision: 1, key: whole.key, row: whole }] }
    },
  } as KeyPrimary
  const keys = keysByOwner(primary, {
    meant: (said) => (said === 'web' ? LONG : said),
    toWrite: (said) => said,
    own: (said) => `${said}-of-${'a'.repeat(10)}`,
    mayWrite: (name) => name !== 'garden',
  })
  const said = { ...whole, key: 'web/a', lease: 'web/l' }

  beforeEach(() => void asked.splice(0))

  it('are asked for as they are kept, and told as they were said', async () => {
    expect((await keys.key('web/a')).row).toEqual(said)
    expect((await keys.keys('web/', { after: 'web/0' })).rows).toEqual([said])
    expect(asked).toEqual([[`${LONG}/`, { after: `${LONG}/0` }]])
    expect(await keys.lock('web/lock')).toMatchObject({ holder: 'web/l', waiting: ['else/l'] })
    const { signal } = new AbortController()
    for await (const { events } of keys.watch('web/', { signal })) {
      expect(events).toEqual([{ revision: 1, key: 'web/a', row: said }])
    }
    expect(asked.at(-1)).toBe(`${LONG}/`)
  })

  it('are all of a transaction’s', async () => {
    const compare = [{ target: 'lock', key: 'web/k', lease: 'web/l', is: '=' }] as never
    const success = [{ op: 'get', key: 'web/a' } as const, { op: 'delete', key: 'web/b' } as const]
    const body = { compare, success, failure: [] }
    const answer = await keys.execute({ kind: 'kv.transact', body })
    expect(answer).toMatchObject({ answers: [said, null] })
    expect(asked).toEqual([
      {
        kind: 'kv.transact',
        body: {
          compare: [{ target: 'lock', key: `${LONG}/k`, lease: `${LONG}/l`, is: '=' }],
          success: [
            { op: 'get', key: `${LONG}/a` },
            { op: 'delete', key: `${LONG}/b` },
          ],
          failure: [],
        },
      },
    ])
  })

  it('of a beginning that fits several names stay what they are', async () => {
    expect((await keys.keys('we')).rows).toEqual([whole])
    expect(asked).toEqual([['we', {}]])
  })

  it('that are another’s are refused with a name that is one’s own in any case', async () => {
    const body = { key: 'shop/a', value: new Uint8Array() }
    await expect(keys.execute({ kind: 'kv.put', body })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      details: { own: 'shop-of-aaaaaaaaaa' },
    })
    // The registry would let this node in, which runs a copy of that owner's.
    asked.splice(0)
    const theirs = { key: 'garden/a', value: new Uint8Array() }
    await expect(keys.execute({ kind: 'kv.put', body: theirs })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      details: { own: 'garden-of-aaaaaaaaaa' },
    })
    expect(asked).toEqual([])
  })
})

describe('an instance of a workload with a long name', () => {
  const opened: string[] = []
  const row = {
    value: new Uint8Array(),
    createRevision: 1,
    modRevision: 1,
    version: 1,
    lease: null,
  }
  const operations = createInstanceOperations({
    namespace: LONG,
    primary: { key: async (key: string) => ({ revision: 1, row: { ...row, key } }) } as never,
    secrets: {
      open: (name) => {
        opened.push(name)
        return { version: 1, value: new Uint8Array() }
      },
    },
    standing: () => 'own',
    self: () => ({}) as never,
    names: {} as never,
    clock: createSimClock(),
    logger: createMemoryLogger(),
  })
  const get = (key: string) => operations.keys.get({ key, consistency: 'stale' })

  it('has its keys and secrets by the short one too, for which its program was written', async () => {
    expect((await get('web/a')).key).toBe('web/a')
    expect((await get(`${LONG}/a`)).key).toBe(`${LONG}/a`)
    await expect(get('shop/a')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    const call = createRouterClient(operations.router, { context: {} })
    expect(await call.secrets.open({ name: 'web/p' })).toMatchObject({ name: 'web/p' })
    await expect(call.secrets.open({ name: 'shop/p' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(opened).toEqual([`${LONG}/p`])
  })
})
