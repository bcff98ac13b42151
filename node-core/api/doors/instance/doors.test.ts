/** The doors of instances: what they serve, and for how long. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { base64, openStreet, SHOP, type Street, socketOf, WEB } from './doors.fixture.ts'

describe('the doors of instances', () => {
  let street: Street
  beforeEach(async () => {
    street = await openStreet()
  })
  afterEach(() => street.end())

  it('tells an instance what it is', async () => {
    expect(await street.call('GET', '/api/self')).toEqual({
      status: 200,
      body: {
        ...{ workload: 'web', instance: WEB.id, index: 0, generation: 3, replicas: 2 },
        ...{ node: 'a'.repeat(64), env: { GREETING: 'hi' }, labels: {}, ports: [] },
      },
    })
  })

  it('serves keys, transactions, leases and locks of its namespace', async () => {
    expect(await street.call('PUT', '/api/kv/web/count', { body: '1' })).toMatchObject({
      status: 200,
    })
    expect(await street.call('GET', '/api/kv/web/count')).toMatchObject({
      body: { value: base64('1') },
    })
    expect(await street.call('GET', '/api/kv?prefix=web/')).toMatchObject({ body: { keys: [{}] } })
    const lease = { lease: 'web/me', ttlSeconds: 10 }
    expect(await street.call('POST', '/api/leases', { body: lease })).toMatchObject({ status: 201 })
    expect(await street.call('PUT', '/api/leases/web/me')).toMatchObject({
      body: { ttlSeconds: 10 },
    })
    const acquired = await street.call('PUT', '/api/locks/web/leader', {
      body: { lease: 'web/me' },
    })
    expect(acquired).toMatchObject({ status: 200, body: { held: true } })
    const compare = [{ target: 'lock', key: 'web/leader', lease: 'web/me' }]
    const success = [{ op: 'put', key: 'web/count', value: base64('2') }]
    const done = await street.call('POST', '/api/transactions', { body: { compare, success } })
    expect(done).toMatchObject({ status: 200, body: { succeeded: true } })
    expect(await street.call('DELETE', '/api/locks/web/leader?lease=web/me')).toMatchObject({
      status: 204,
    })
    expect(await street.call('DELETE', '/api/kv/web/count')).toMatchObject({
      body: { deleted: true },
    })
  })

  it('gives the secrets of its namespace as they are now, and nobody else’s', async () => {
    const name = 'web/password'
    expect(await street.call('GET', `/api/secrets/${name}`)).toEqual({
      status: 200,
      body: { name, version: 2, value: base64('hunter2') },
    })
    const refusals = [
      ['web/missing', 404, 'NOT_FOUND'],
      ['web/later', 503, 'UNAVAILABLE'],
      ['shop/password', 403, 'FORBIDDEN'],
      ['website/password', 403, 'FORBIDDEN'],
    ] as const
    for (const [other, status, code] of refusals) {
      const answer = await street.call('GET', `/api/secrets/${other}`)
      expect([other, answer.status, answer.body.code]).toEqual([other, status, code])
    }
    street.standing = 'foreign'
    expect((await street.call('GET', `/api/secrets/${name}`)).status).toBe(403)
    for (const method of ['PUT', 'DELETE']) {
      expect((await street.call(method, `/api/secrets/${name}`)).status).toBe(404)
    }
    expect((await street.call('GET', '/api/secrets')).status).toBe(404)
  })

  it('streams the changes of its namespace', async () => {
    await street.call('PUT', '/api/kv/web/x', { body: '1' })
    const text = await street.stream('/api/watch?prefix=web/&from=1')
    expect(text).toContain('"key":"web/x"')
  })

  it('is gone with its instance, with what is open', async () => {
    const socket = connect(socketOf(street.web))
    await new Promise((resolve) => socket.once('connect', resolve))
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await street.doors.close(WEB.id)
    await closed
    expect(existsSync(street.web.folder)).toBe(false)
    await expect(street.call('GET', '/api/self')).rejects.toThrow(/ENOENT/)
  })

  it('is there again after the node was away, in the same folder and by the same token', async () => {
    const { ino } = statSync(street.web.folder)
    await street.doors.stop()
    await expect(street.call('GET', '/api/self')).rejects.toThrow()
    await street.renew()
    expect(await street.opened(WEB)).toEqual(street.web)
    expect(statSync(street.web.folder).ino).toBe(ino)
    expect(await street.call('GET', '/api/self')).toMatchObject({ status: 200 })
  })

  it('keeps what runs, and removes what is left of instances that ended while it was away', async () => {
    const shop = await street.opened(SHOP)
    await street.doors.stop()
    await street.renew()
    await street.opened(WEB)
    await street.doors.keepOnly([])
    expect(readdirSync(street.root)).toEqual([path.basename(street.web.folder)])
    expect(existsSync(shop.folder)).toBe(false)
  })

  it('leaves nothing behind when the node stops and no instance runs on', async () => {
    await street.doors.stop()
    expect(existsSync(street.web.folder)).toBe(true)
    await street.doors.start()
    await street.doors.close(WEB.id)
    await street.doors.stop()
    expect(existsSync(street.root)).toBe(false)
  })

  it('opens and closes one door in turn, however they come', async () => {
    const [first, , third] = await Promise.all([
      street.doors.open(SHOP),
      street.doors.close(SHOP.id),
      street.doors.open(SHOP),
    ])
    expect(third).toEqual(first)
    expect(third && (await street.call('GET', '/api/self', { door: third }))).toMatchObject({
      status: 200,
    })
  })

  it('takes the next place where a path is too long, and none where there is none', async () => {
    const long = path.join(street.root, 'x'.repeat(90))
    await street.renew({ folders: [long, '/dev/null/no-folder', street.root] })
    expect((await street.opened(WEB)).folder).toBe(street.web.folder)
    await street.renew({ folders: [long] })
    expect(await street.doors.open(WEB)).toBeUndefined()
  })
})
