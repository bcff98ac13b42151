/** Those who misuse an instance's door: other tokens, other namespaces, too much of anything. */
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { base64, openStreet, SHOP, type Street, socketOf } from './doors.fixture.ts'
import {
  CONNECTIONS_MAX,
  REQUESTS_BURST,
  REQUESTS_MAX,
  REQUESTS_PER_SECOND,
  STRANGERS_PER_SECOND,
} from './limits.ts'

describe('the door of an instance', () => {
  let street: Street
  beforeEach(async () => {
    street = await openStreet()
  })
  afterEach(() => street.end())

  it('is nothing to whoever lacks its token, or bears another instance’s', async () => {
    const shop = await street.opened(SHOP)
    const refused = { status: 401, body: { code: 'UNAUTHORIZED' } }
    for (const token of ['', 'guess', shop.token, `${street.web.token}x`]) {
      expect(await street.call('GET', '/api/self', { token })).toMatchObject(refused)
    }
    expect(await street.call('GET', '/api/self', { door: shop })).toMatchObject({ status: 200 })
    expect(new Set([street.web.token, shop.token, street.web.folder, shop.folder]).size).toBe(4)
  })

  it('cuts off whoever guesses on', async () => {
    await street.stopTime()
    const guesses = Array.from({ length: STRANGERS_PER_SECOND + 5 }, () =>
      street.call('GET', '/api/self', { token: 'guess' }).then(
        ({ status }) => status,
        () => 'cut',
      ),
    )
    const seen = await Promise.all(guesses)
    expect(seen.filter((one) => one === 401)).toHaveLength(STRANGERS_PER_SECOND)
    expect(seen.filter((one) => one === 'cut')).toHaveLength(5)
    expect(await street.call('GET', '/api/self')).toMatchObject({ status: 200 })
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
    await street.primary.execute({
      kind: 'kv.put',
      body: { key: 'shop/stock', value: new Uint8Array([1]) },
    })
    await street.primary.execute({ kind: 'lease.grant', body: { lease: 'shop/me', ttlMs: 10_000 } })
    const { revision } = await street.primary.key('shop/stock')
    expect(await street.call(method, route, { body })).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN' },
    })
    expect((await street.primary.key('shop/stock')).revision).toBe(revision)
  })

  it('refuses a watch outside its namespace before it shows anything', async () => {
    const answer = await street.stream('/api/watch?prefix=shop/&from=1')
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
    const { status, body } = await street.call(method, route)
    expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
  })

  it('takes a value of 1 MiB and not one byte more, by its length or as it comes', async () => {
    const value = (bytes: number) => 'x'.repeat(bytes)
    expect(await street.call('PUT', '/api/kv/web/x', { body: value(2 ** 20) })).toMatchObject({
      status: 200,
    })
    const tooLarge = { status: 413, body: { code: 'TOO_LARGE' } }
    expect(await street.call('PUT', '/api/kv/web/x', { body: value(2 ** 20 + 1) })).toMatchObject(
      tooLarge,
    )
    const large = { body: value(2 ** 20 + 1), chunked: true }
    expect(await street.call('PUT', '/api/kv/web/x', large)).toMatchObject(tooLarge)
    const success = [{ op: 'put', key: 'web/x', value: base64(value(2 ** 20 + 1)) }]
    expect(await street.call('POST', '/api/transactions', { body: { success } })).toMatchObject(
      tooLarge,
    )
  })

  it('does not enter a name that is not its workload’s owner’s', async () => {
    for (const refused of ['foreign', 'free'] as const) {
      street.standing = refused
      for (const [method, route] of [
        ['GET', '/api/kv/web/x'],
        ['PUT', '/api/kv/web/x'],
      ] as const) {
        const { status, body } = await street.call(
          method,
          route,
          method === 'PUT' ? { body: '1' } : {},
        )
        expect([status, body.details]).toEqual([403, { reason: 'NAME_TAKEN', namespace: 'web' }])
      }
      expect(await street.call('GET', '/api/self')).toMatchObject({ status: 200 })
    }
    street.standing = 'unknown'
    const later = { status: 503, body: { code: 'UNAVAILABLE' } }
    expect(await street.call('GET', '/api/kv/web/x')).toMatchObject(later)
  })

  it('holds so many connections of one instance and not more, and others are not in the way', async () => {
    const shop = await street.opened(SHOP)
    const sockets: Socket[] = []
    let cut = 0
    for (let at = 0; at < CONNECTIONS_MAX + 8; at++) {
      const socket = connect(socketOf(street.web))
      socket.on('error', () => {})
      socket.on('close', () => cut++)
      sockets.push(socket)
    }
    await expect.poll(() => cut).toBe(8)
    expect(await street.call('GET', '/api/self', { door: shop })).toMatchObject({ status: 200 })
    for (const socket of sockets) socket.destroy()
    await expect.poll(() => cut).toBe(CONNECTIONS_MAX + 8)
    expect(await street.call('GET', '/api/self')).toMatchObject({ status: 200 })
  })

  it('tells an instance that asks too much to wait', async () => {
    const clock = await street.stopTime()
    const answers = async (requests: number): Promise<number[]> => {
      const statuses: number[] = []
      while (statuses.length < requests) {
        const round = Math.min(24, requests - statuses.length)
        const asked = Array.from({ length: round }, () => street.call('GET', '/api/self'))
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
    await street.call('POST', '/api/leases', { body: { lease: 'web/holder', ttlSeconds: 60 } })
    await street.call('POST', '/api/leases', { body: { lease: 'web/waiter', ttlSeconds: 60 } })
    await street.call('PUT', '/api/locks/web/l', { body: { lease: 'web/holder' } })
    const body = JSON.stringify({ lease: 'web/waiter', waitSeconds: 30 })
    const asked =
      `PUT /api/locks/web/l HTTP/1.1\r\nHost: node\r\nAuthorization: Bearer ${street.web.token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
    const socket = connect(socketOf(street.web))
    socket.on('error', () => {})
    socket.write(asked.repeat(REQUESTS_MAX))
    await expect.poll(async () => (await street.call('GET', '/api/self')).status).toBe(429)
    socket.destroy()
    await expect.poll(async () => (await street.call('GET', '/api/self')).status).toBe(200)
  })
})
