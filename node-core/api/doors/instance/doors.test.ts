/** The doors of instances over real sockets, with a registry in memory, and those who misuse them. */
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type Clock,
  createSimClock,
  createSystemClock,
  type SimClock,
} from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import type { InstanceAccess } from '../../../work/runners/index.ts'
import type { KeyPrimary, Standing } from '../../handlers/index.ts'
import { createMemoryPrimary } from '../../testing/memory-primary.ts'
import { createInstanceDoors, type InstanceDoors } from './index.ts'
import {
  CONNECTIONS_MAX,
  REQUESTS_BURST,
  REQUESTS_MAX,
  REQUESTS_PER_SECOND,
  STRANGERS_PER_SECOND,
} from './limits.ts'

const WEB = { id: 'web-0-abcdef', workload: 'web', index: 0, generation: 3 }
const SHOP = { id: 'shop-1-abcdef', workload: 'shop', index: 1, generation: 1 }
const base64 = (text: string): string => Buffer.from(text).toString('base64')

interface Answer {
  status: number
  body: { code?: string; details?: unknown } & Record<string, unknown>
}

describe('the doors of instances', () => {
  let root: string
  let primary: KeyPrimary
  let doors: InstanceDoors
  let standing: Standing
  let web: InstanceAccess

  const create = (folders = [root], clock: Clock = createSystemClock()): InstanceDoors =>
    createInstanceDoors({
      ...{ secret: new Uint8Array(32).fill(7), folders, primary },
      standing: () => () => standing,
      selfOf: ({ workload, id, index, generation }) => ({
        ...{ workload, instance: id, index, generation, replicas: 2, node: 'a'.repeat(64) },
        ...{ env: { GREETING: 'hi' }, labels: {}, ports: [] },
      }),
      clock,
      logger: createMemoryLogger(),
    })
  /** In a time that stands still until it is moved. */
  async function stopTime(): Promise<SimClock> {
    await doors.stop()
    const clock = createSimClock()
    doors = create([root], clock)
    await doors.start()
    await opened(WEB)
    return clock
  }
  const opened = async (of: typeof WEB): Promise<InstanceAccess> => {
    const access = await doors.open(of)
    if (!access) throw new Error('There is no door.')
    return access
  }
  const socketOf = ({ folder }: InstanceAccess): string => path.join(folder, 'api.sock')

  beforeEach(async () => {
    root = path.join(mkdtempSync(path.join(tmpdir(), 'mycelium-doors-')), 'api')
    primary = createMemoryPrimary()
    standing = 'own'
    doors = create()
    await doors.start()
    web = await opened(WEB)
  })
  afterEach(async () => {
    await doors.stop()
    rmSync(path.dirname(root), { recursive: true, force: true })
  })

  const call = (
    method: string,
    route: string,
    options: { body?: unknown; token?: string; door?: InstanceAccess; chunked?: boolean } = {},
  ): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const { body, door = web, token = door.token } = options
      const isRaw = typeof body === 'string'
      const asked = request(
        {
          ...{ socketPath: socketOf(door), method, path: route },
          headers: {
            authorization: `Bearer ${token}`,
            ...(body !== undefined && !isRaw && { 'content-type': 'application/json' }),
            ...(options.chunked && { 'transfer-encoding': 'chunked' }),
          },
        },
        (response) => {
          let text = ''
          response.on('data', (chunk) => {
            text += chunk
          })
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: text === '' ? {} : JSON.parse(text) })
          })
        },
      )
      asked.on('error', reject)
      asked.end(body === undefined || isRaw ? body : JSON.stringify(body))
    })

  it('tells an instance what it is', async () => {
    expect(await call('GET', '/api/self')).toEqual({
      status: 200,
      body: {
        ...{ workload: 'web', instance: WEB.id, index: 0, generation: 3, replicas: 2 },
        ...{ node: 'a'.repeat(64), env: { GREETING: 'hi' }, labels: {}, ports: [] },
      },
    })
  })

  it('serves keys, transactions, leases and locks of its namespace', async () => {
    expect(await call('PUT', '/api/kv/web/count', { body: '1' })).toMatchObject({ status: 200 })
    expect(await call('GET', '/api/kv/web/count')).toMatchObject({ body: { value: base64('1') } })
    expect(await call('GET', '/api/kv?prefix=web/')).toMatchObject({ body: { keys: [{}] } })
    const lease = { lease: 'web/me', ttlSeconds: 10 }
    expect(await call('POST', '/api/leases', { body: lease })).toMatchObject({ status: 201 })
    expect(await call('PUT', '/api/leases/web/me')).toMatchObject({ body: { ttlSeconds: 10 } })
    const acquired = await call('PUT', '/api/locks/web/leader', { body: { lease: 'web/me' } })
    expect(acquired).toMatchObject({ status: 200, body: { held: true } })
    const compare = [{ target: 'lock', key: 'web/leader', lease: 'web/me' }]
    const success = [{ op: 'put', key: 'web/count', value: base64('2') }]
    const done = await call('POST', '/api/transactions', { body: { compare, success } })
    expect(done).toMatchObject({ status: 200, body: { succeeded: true } })
    expect(await call('DELETE', '/api/locks/web/leader?lease=web/me')).toMatchObject({
      status: 204,
    })
    expect(await call('DELETE', '/api/kv/web/count')).toMatchObject({ body: { deleted: true } })
  })

  it('streams the changes of its namespace', async () => {
    await call('PUT', '/api/kv/web/x', { body: '1' })
    const text = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${web.token}` }
      const route = '/api/watch?prefix=web/&from=1'
      request({ socketPath: socketOf(web), path: route, headers }, (response) => {
        let all = ''
        response.on('data', (chunk) => {
          all += chunk
        })
        response.on('end', () => resolve(all))
      })
        .on('error', reject)
        .end()
    })
    expect(text).toContain('"key":"web/x"')
  })

  it('is nothing to whoever lacks its token, or bears another instance’s', async () => {
    const shop = await opened(SHOP)
    const refused = { status: 401, body: { code: 'UNAUTHORIZED' } }
    for (const token of ['', 'guess', shop.token, `${web.token}x`]) {
      expect(await call('GET', '/api/self', { token })).toMatchObject(refused)
    }
    expect(await call('GET', '/api/self', { door: shop })).toMatchObject({ status: 200 })
    expect(new Set([web.token, shop.token, web.folder, shop.folder]).size).toBe(4)
  })

  it('cuts off whoever guesses on', async () => {
    await stopTime()
    const guesses = Array.from({ length: STRANGERS_PER_SECOND + 5 }, () =>
      call('GET', '/api/self', { token: 'guess' }).then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    const seen = await Promise.all(guesses)
    expect(seen.filter((one) => one === 401)).toHaveLength(STRANGERS_PER_SECOND)
    expect(seen.filter((one) => one === 'cut')).toHaveLength(5)
    expect(await call('GET', '/api/self')).toMatchObject({ status: 200 })
  })

  const OUTSIDE: [string, string, unknown?][] = [
    ['GET', '/api/kv/shop/stock'],
    ['PUT', '/api/kv/shop/stock', '1'],
    ['PUT', '/api/kv/website/stock', '1'],
    ['DELETE', '/api/kv/shop/stock'],
    ['GET', '/api/kv?prefix='],
    ['GET', '/api/kv?prefix=we'],
    ['GET', '/api/kv?prefix=web'],
    ['GET', '/api/kv/web/../shop/stock'],
    ['GET', '/api/kv/web/%2e%2e/shop/stock'],
    ['PUT', '/api/kv/shop%2Fstock', '1'],
    ['PUT', '/api/kv/web/x?lease=shop/me', '1'],
    ['POST', '/api/transactions', { success: [{ op: 'get', key: 'shop/stock' }] }],
    [
      'POST',
      '/api/transactions',
      {
        compare: [{ target: 'lock', key: 'web/l', lease: 'shop/me' }],
        success: [{ op: 'put', key: 'web/x', value: '' }],
      },
    ],
    ['POST', '/api/leases', { lease: 'shop/me', ttlSeconds: 10 }],
    ['GET', '/api/leases/shop/me'],
    ['PUT', '/api/leases/shop/me'],
    ['DELETE', '/api/leases/shop/me'],
    ['PUT', '/api/locks/shop/l', { lease: 'web/me' }],
    ['PUT', '/api/locks/web/l', { lease: 'shop/me' }],
    ['GET', '/api/locks/shop/l'],
    ['DELETE', '/api/locks/shop/l?lease=shop/me'],
  ]

  it.each(OUTSIDE)('refuses what is outside its namespace: %s %s', async (method, route, body) => {
    await primary.execute({
      kind: 'kv.put',
      body: { key: 'shop/stock', value: new Uint8Array([1]) },
    })
    await primary.execute({ kind: 'lease.grant', body: { lease: 'shop/me', ttlMs: 10_000 } })
    const { revision } = await primary.key('shop/stock')
    expect(await call(method, route, { body })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    })
    expect((await primary.key('shop/stock')).revision).toBe(revision)
  })

  it('refuses a watch outside its namespace before it shows anything', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const headers = { authorization: `Bearer ${web.token}` }
      const route = '/api/watch?prefix=shop/&from=1'
      request({ socketPath: socketOf(web), path: route, headers }, (response) => {
        let all = ''
        response.on('data', (chunk) => {
          all += chunk
        })
        response.on('close', () => resolve(all))
      })
        .on('error', reject)
        .end()
    })
    expect(answer).toContain('FORBIDDEN')
    expect(answer).not.toContain('"key":')
  })

  it.each([
    ['GET', '/api/status'],
    ['GET', '/api/workloads'],
    ['GET', '/metrics'],
    ['GET', '/'],
    ['GET', '/api/openapi.json'],
    ['POST', '/api/rpc/node/status'],
    ['POST', '/api/session/link'],
    ['GET', '/debug/state'],
    ['GET', '/../api/status'],
  ])('has nothing else: %s %s', async (method, route) => {
    const { status, body } = await call(method, route)
    expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
  })

  it('takes a value of 1 MiB and not one byte more, by its length or as it comes', async () => {
    const value = (bytes: number) => 'x'.repeat(bytes)
    expect(await call('PUT', '/api/kv/web/x', { body: value(2 ** 20) })).toMatchObject({
      status: 200,
    })
    const tooLarge = { status: 413, body: { code: 'TOO_LARGE' } }
    expect(await call('PUT', '/api/kv/web/x', { body: value(2 ** 20 + 1) })).toMatchObject(tooLarge)
    const large = { body: value(2 ** 20 + 1), chunked: true }
    expect(await call('PUT', '/api/kv/web/x', large)).toMatchObject(tooLarge)
    const success = [{ op: 'put', key: 'web/x', value: base64(value(2 ** 20 + 1)) }]
    expect(await call('POST', '/api/transactions', { body: { success } })).toMatchObject(tooLarge)
  })

  it('does not enter a name that is not its workload’s owner’s', async () => {
    for (const refused of ['foreign', 'free'] as const) {
      standing = refused
      for (const [method, route] of [
        ['GET', '/api/kv/web/x'],
        ['PUT', '/api/kv/web/x'],
      ] as const) {
        const { status, body } = await call(method, route, method === 'PUT' ? { body: '1' } : {})
        expect([status, body.details]).toEqual([403, { reason: 'NAME_TAKEN', namespace: 'web' }])
      }
      expect(await call('GET', '/api/self')).toMatchObject({ status: 200 })
    }
  })

  it('holds so many connections of one instance and not more, and others are not in the way', async () => {
    const shop = await opened(SHOP)
    const sockets: Socket[] = []
    let cut = 0
    for (let at = 0; at < CONNECTIONS_MAX + 8; at++) {
      const socket = connect(socketOf(web))
      socket.on('error', () => {})
      socket.on('close', () => cut++)
      sockets.push(socket)
    }
    await expect.poll(() => cut).toBe(8)
    expect(await call('GET', '/api/self', { door: shop })).toMatchObject({ status: 200 })
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => cut).toBe(CONNECTIONS_MAX + 8)
    expect(await call('GET', '/api/self')).toMatchObject({ status: 200 })
  })

  it('tells an instance that asks too much to wait', async () => {
    const clock = await stopTime()
    const answers = async (requests: number): Promise<number[]> => {
      const statuses: number[] = []
      while (statuses.length < requests) {
        const round = Math.min(24, requests - statuses.length)
        const asked = Array.from({ length: round }, () => call('GET', '/api/self'))
        statuses.push(...(await Promise.all(asked)).map(({ status }) => status))
      }
      return statuses
    }
    expect(new Set(await answers(REQUESTS_BURST))).toEqual(new Set([200]))
    expect(await answers(2)).toEqual([429, 429])
    clock.advance(100)
    const later = await answers(REQUESTS_PER_SECOND / 10 + 1)
    expect(later.filter((status) => status === 200)).toHaveLength(REQUESTS_PER_SECOND / 10)
  })

  it('answers so many requests at once, whatever connection they come by', async () => {
    await call('POST', '/api/leases', { body: { lease: 'web/holder', ttlSeconds: 60 } })
    await call('POST', '/api/leases', { body: { lease: 'web/waiter', ttlSeconds: 60 } })
    await call('PUT', '/api/locks/web/l', { body: { lease: 'web/holder' } })
    const body = JSON.stringify({ lease: 'web/waiter', waitSeconds: 30 })
    const asked =
      `PUT /api/locks/web/l HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer ${web.token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = connect(socketOf(web))
    socket.on('error', () => {})
    socket.write(asked.repeat(REQUESTS_MAX))
    await expect.poll(async () => (await call('GET', '/api/self')).status).toBe(429)
    socket.destroy()
    await expect.poll(async () => (await call('GET', '/api/self')).status).toBe(200)
  })

  it('is gone with its instance, with what is open', async () => {
    const socket = connect(socketOf(web))
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await doors.close(WEB.id)
    await closed
    expect(existsSync(web.folder)).toBe(false)
    await expect(call('GET', '/api/self')).rejects.toThrow(/ENOENT/)
  })

  it('is there again after the node was away, in the same folder and by the same token', async () => {
    const { ino } = statSync(web.folder)
    await doors.stop()
    await expect(call('GET', '/api/self')).rejects.toThrow()
    doors = create()
    await doors.start()
    expect(await opened(WEB)).toEqual(web)
    expect(statSync(web.folder).ino).toBe(ino)
    expect(await call('GET', '/api/self')).toMatchObject({ status: 200 })
  })

  it('keeps what runs, and removes what is left of instances that ended while it was away', async () => {
    const shop = await opened(SHOP)
    await doors.stop()
    doors = create()
    await doors.start()
    await opened(WEB)
    await doors.keepOnly([])
    expect(readdirSync(root)).toEqual([path.basename(web.folder)])
    expect(existsSync(shop.folder)).toBe(false)
  })

  it('opens and closes one door in turn, however they come', async () => {
    const [first, , third] = await Promise.all([
      doors.open(SHOP),
      doors.close(SHOP.id),
      doors.open(SHOP),
    ])
    expect(third).toEqual(first)
    expect(third && (await call('GET', '/api/self', { door: third }))).toMatchObject({
      status: 200,
    })
  })

  it('takes the next place where a path is too long, and none where there is none', async () => {
    await doors.stop()
    const long = path.join(root, 'x'.repeat(90))
    doors = create([long, '/dev/null/no-folder', root])
    await doors.start()
    expect((await opened(WEB)).folder).toBe(web.folder)
    await doors.stop()
    doors = create([long])
    await doors.start()
    expect(await doors.open(WEB)).toBeUndefined()
  })
})
