/** What every door answers, whatever carries it. The client is the one that its users have. */
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, assert, beforeEach, describe, expect, it } from 'vitest'
import type { Contract } from '../contract/index.ts'
import { ADA, instanceFacts } from '../testing/memory-facts.ts'
import { createMemoryNode, type MemoryNode } from '../testing/memory-node.ts'

export type DoorClient = ContractRouterClient<Contract>

export interface OpenDoor {
  client: DoorClient
  close(): Promise<void>
}

const WEB = { name: 'web', containers: [{ image: 'hello:1', ports: [{ containerPort: 80 }] }] }

export function describeDoor(name: string, open: (node: MemoryNode) => Promise<OpenDoor>): void {
  describe(`${name}, as every door,`, () => {
    let node: MemoryNode
    let door: OpenDoor

    beforeEach(async () => {
      node = createMemoryNode()
      door = await open(node)
    })
    afterEach(() => door.close())

    it('answers what the handler answers', async () => {
      const status = await door.client.node.status()
      expect(status.node.id).toBe(ADA.node)
      expect(status.network?.name).toBe('Garden')
    })

    it('names every wrong field by its path', async () => {
      const body = { ...WEB, name: 'my web', replicas: 0, replica: 3 } as typeof WEB
      await expect(door.client.workloads.deploy(body)).rejects.toMatchObject({
        code: 'VALIDATION_ERROR',
        status: 400,
        data: expect.arrayContaining([
          expect.objectContaining({ path: 'name' }),
          expect.objectContaining({ path: 'replicas' }),
          { path: 'replica', message: 'There is no such field.' },
        ]),
      })
    })

    it('gives the code of a refusal and the reason behind it', async () => {
      node.world.inNetwork = false
      await expect(door.client.network.join({ invite: 'spent' })).rejects.toMatchObject({
        code: 'FORBIDDEN',
        status: 403,
        data: { reason: 'INVITE_SPENT' },
      })
      await expect(door.client.workloads.list()).rejects.toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'NO_NETWORK' },
      })
    })

    it('asks for the permission of the contract', async () => {
      node.world.permissions = ['use']
      await expect(door.client.workloads.deploy(WEB)).rejects.toMatchObject({ code: 'FORBIDDEN' })
      expect((await door.client.workloads.list()).workloads).toEqual([])
    })

    it('streams log lines until they end', async () => {
      await door.client.workloads.deploy(WEB)
      node.world.instances = [instanceFacts()]
      const at = '2026-11-20T00:00:00.000Z'
      const line = { at, instance: 'web-0-abcdef', node: ADA.node, stream: 'stdout' as const }
      node.world.lines = [
        { ...line, line: 'one' },
        { ...line, line: 'two' },
      ]
      const seen: string[] = []
      for await (const each of await door.client.workloads.logs({ name: 'web' })) {
        seen.push(each.line)
      }
      expect(seen).toEqual(['one', 'two'])
    })

    it('carries a terminal both ways, no further ahead than its reader allows', async () => {
      const { commands, node: asked } = door.client
      const terminal = { columns: 80, rows: 24 }
      const events = await commands.run({
        ...{ id: 'web-0-abcdef', command: ['cat'], input: true },
        ...{ terminal, aheadBytes: 3 },
      })
      const session = await sessionOf(events)
      const say = (part: Omit<Parameters<typeof commands.input>[0], 'session'>) =>
        commands.input({ session, ...part })
      await say({ data: text('one') })
      expect((await events.next()).value).toEqual({ stream: 'stdout', data: text('one') })
      let isTold = false
      const next = events.next().then(({ value }) => {
        isTold = true
        return value
      })
      await say({ terminal: { columns: 100, rows: 30 } })
      await asked.health()
      expect(isTold).toBe(false)
      await say({ readBytes: 3 })
      expect(await next).toEqual({ stream: 'stdout', data: text('100x30') })
      await say({ end: true, readBytes: 6 })
      expect((await events.next()).value).toEqual({ exitCode: 0 })
    })

    it('ends a command that nobody waits for any more', async () => {
      const stop = new AbortController()
      const events = await door.client.commands.run(
        { id: 'web-0-abcdef', command: ['cat'], input: true, aheadBytes: 1 },
        { signal: stop.signal },
      )
      const session = await sessionOf(events)
      await door.client.commands.input({ session, data: text('more than may be ahead') })
      stop.abort()
      await expect
        .poll(() => door.client.commands.input({ session }).catch(({ code }) => code))
        .toBe('NOT_FOUND')
    })

    it('puts, reads, compares, deletes and pages keys', async () => {
      const { kv } = door.client
      for (const key of ['shop/a', 'shop/b', 'shop/c']) await kv.put({ key, value: text('1') })
      const page = await kv.list({ prefix: 'shop/', limit: 2 })
      expect([page.keys.map(({ key }) => key), page.more]).toEqual([['shop/a', 'shop/b'], true])
      const rest = await kv.list({ prefix: 'shop/', limit: 2, after: 'shop/b' })
      expect([rest.keys.map(({ key }) => key), rest.more]).toEqual([['shop/c'], false])
      await expect(kv.put({ key: 'shop/a', value: text('2'), ifMatch: 9 })).rejects.toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'REVISION_MISMATCH', revision: 1 },
      })
      const none = { status: 409, data: { reason: 'REVISION_MISMATCH', revision: 0 } }
      await expect(kv.put({ key: 'shop/d', value: text('2'), ifMatch: '*' })).rejects.toMatchObject(
        none,
      )
      const put = await kv.put({ key: 'shop/a', value: text('2'), ifMatch: '*' })
      expect(put).toMatchObject({ revision: 4, createRevision: 1 })
      expect(await kv.delete({ key: 'shop/a', ifMatch: '*' })).toMatchObject({ deleted: true })
      await expect(kv.delete({ key: 'shop/a', ifMatch: '*' })).rejects.toMatchObject(none)
    })

    it('takes a value of 1 MiB and not one byte more', async () => {
      const { kv } = door.client
      const value = (bytes: number) => Buffer.alloc(bytes).toString('base64')
      await kv.put({ key: 'shop/a', value: value(2 ** 20) })
      const success = [{ op: 'put' as const, key: 'shop/b', value: value(2 ** 20) }]
      expect(await kv.transact({ success })).toMatchObject({ succeeded: true })
      const refused = { code: 'TOO_LARGE', status: 413 }
      await expect(kv.put({ key: 'shop/a', value: value(2 ** 20 + 1) })).rejects.toMatchObject(
        refused,
      )
      const larger = [{ op: 'put' as const, key: 'shop/b', value: value(2 ** 20 + 1) }]
      await expect(kv.transact({ success: larger })).rejects.toMatchObject(refused)
    })

    it('does a transaction whole, or what stands for the other case', async () => {
      const { kv } = door.client
      await kv.put({ key: 'shop/stock', value: text('1') })
      const sell = {
        compare: [
          { target: 'value' as const, key: 'shop/stock', is: '=' as const, than: text('1') },
        ],
        success: [
          { op: 'delete' as const, key: 'shop/stock' },
          { op: 'put' as const, key: 'shop/sold', value: text('1') },
          { op: 'get' as const, key: 'shop/sold' },
        ],
        failure: [{ op: 'get' as const, key: 'shop/stock' }],
      }
      expect(await kv.transact(sell)).toEqual({
        ...{ succeeded: true, revision: 2 },
        answers: [
          { op: 'delete', key: 'shop/stock', deleted: true },
          { op: 'put', key: 'shop/sold' },
          { op: 'get', key: 'shop/sold', entry: expect.objectContaining({ value: text('1') }) },
        ],
      })
      expect(await kv.transact(sell)).toEqual({
        ...{ succeeded: false, revision: 2 },
        answers: [{ op: 'get', key: 'shop/stock', entry: null }],
      })
      const across = [...sell.success, { op: 'get' as const, key: 'other/x' }]
      for (const success of [[], across]) {
        await expect(kv.transact({ success })).rejects.toMatchObject({ code: 'VALIDATION_ERROR' })
      }
    })

    it('passes a lock on in order, each time with a higher token', async () => {
      const { leases, locks } = door.client
      const lock = 'shop/leader'
      for (const lease of ['shop/one', 'shop/two']) await leases.grant({ lease, ttlSeconds: 60 })
      const first = await locks.acquire({ lock, lease: 'shop/one' })
      expect(first).toMatchObject({ held: true })
      const ahead = await locks.acquire({ lock, lease: 'shop/two' })
      expect(ahead).toEqual({ lock, lease: 'shop/two', held: false, ahead: 1 })
      const waiting = locks.acquire({ lock, lease: 'shop/two', waitSeconds: 30 })
      const row = { holder: 'shop/one', token: first.token, waiting: ['shop/two'] }
      expect(await locks.show({ lock })).toEqual({ lock, ...row })
      await locks.release({ lock, lease: 'shop/one' })
      const second = await waiting
      expect(second.held).toBe(true)
      expect(second.token).toBeGreaterThan(first.token ?? 0)
      await expect(locks.release({ lock, lease: 'shop/one' })).rejects.toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'NOT_HELD' },
      })
      await locks.release({ lock, lease: 'shop/two' })
      await expect(locks.show({ lock })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('takes a secret in, and lets out its name, its version and who reads it', async () => {
      const { secrets } = door.client
      const name = 'shop/db/password'
      const set = await secrets.set({ name, value: text('horse') })
      expect(set).toMatchObject({ name, version: 1, readers: [{ state: 'ready' }] })
      expect(await secrets.list({ prefix: 'shop/' })).toEqual({ secrets: [set], more: false })
      await secrets.set({ name: 'shop/b', value: text('horse'), version: 0 })
      const page = await secrets.list({ after: 'shop/b', limit: 1 })
      expect(page).toEqual({ secrets: [set], more: false })
      expect(await secrets.list({ limit: 1 })).toMatchObject({ more: true })
      await expect(secrets.set({ name, value: text('horse'), version: 7 })).rejects.toMatchObject({
        code: 'CONFLICT',
        data: { reason: 'REVISION_MISMATCH' },
      })
      const large = Buffer.alloc(65_001).toString('base64')
      const refused = { code: 'TOO_LARGE', status: 413 }
      await expect(secrets.set({ name, value: large })).rejects.toMatchObject(refused)
      await secrets.delete({ name })
      await expect(secrets.delete({ name })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    })

    it('tells what happens while it happens, and stops when it is let go', async () => {
      const stop = new AbortController()
      const events = await door.client.events.watch(
        { subscribe: ['workload'] },
        { signal: stop.signal },
      )
      const first = events.next()
      await node.put('node/x/profile', {})
      const put = setInterval(() => void node.put('net/workload/web', { any: 1 }), 20)
      const { value } = await first
      clearInterval(put)
      expect(value).toMatchObject({ type: 'workload.changed', data: { name: 'web' } })
      stop.abort()
      await expect(drained(events)).resolves.toBe(true)
    })
  })
}

const text = (value: string): string => Buffer.from(value).toString('base64')

type CommandEvents = Awaited<ReturnType<DoorClient['commands']['run']>>

async function sessionOf(events: CommandEvents): Promise<string> {
  const first = await events.next()
  assert(!first.done && 'session' in first.value)
  return first.value.session
}

/** True once the iterator has ended, whether in order or by the abort. */
async function drained(events: AsyncIterator<unknown>): Promise<boolean> {
  try {
    while (!(await events.next()).done);
  } catch {
    return true
  }
  return true
}
