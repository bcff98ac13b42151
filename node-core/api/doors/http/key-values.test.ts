/** Keys and values over REST: bodies, headers and codes as the contract has them. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSystemClock } from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import { createSystemRandom } from '../../../base/random/index.ts'
import { createMemoryNode, type MemoryNode } from '../../testing/memory-node.ts'
import { createHttpDoor, type HttpDoor } from './index.ts'

const VALUE_BYTES_MAX = 2 ** 20
const base64 = (text: string): string => Buffer.from(text).toString('base64')

describe('keys and values over REST', () => {
  let door: HttpDoor
  let node: MemoryNode

  beforeEach(async () => {
    node = createMemoryNode()
    const { router, publish, keys, deps } = node
    door = createHttpDoor(
      {
        ...{ router, publish, keys, metrics: deps.metrics, version: '0.0.0', token: 'the-token' },
        ...{ clock: createSystemClock(), random: createSystemRandom() },
        logger: createMemoryLogger(),
      },
      { port: 0 },
    )
    await door.start()
  })
  afterEach(() => door.stop())

  const call = async (method: string, route: string, init: RequestInit = {}) => {
    const headers = { authorization: 'Bearer the-token', ...init.headers }
    const answer = await fetch(`${door.url}${route}`, { ...init, method, headers })
    return { status: answer.status, body: JSON.parse(await answer.text()) }
  }
  const put = (key: string, body: string, headers: Record<string, string> = {}) =>
    call('PUT', `/api/kv/${key}`, { body, headers })

  it('takes the body as the value, and shows it as base64', async () => {
    const entry = {
      ...{ key: 'shop/stock', value: base64('12') },
      ...{ revision: 1, createRevision: 1, modRevision: 1 },
    }
    expect(await put('shop/stock', '12')).toEqual({ status: 200, body: entry })
    expect(await call('GET', '/api/kv/shop/stock')).toEqual({ status: 200, body: entry })
    expect(await call('GET', '/api/kv/shop%2Fstock')).toEqual({ status: 200, body: entry })
    const stale = await call('GET', '/api/kv/shop/stock?consistency=stale')
    expect(stale).toEqual({ status: 200, body: entry })
  })

  it('makes no key that a URL has another name for, and no page without a key', async () => {
    const wrong = { status: 400, body: { code: 'VALIDATION_ERROR' } }
    expect(await put('shop%2F..%2Fx', '1')).toMatchObject(wrong)
    const json = { 'content-type': 'application/json' }
    const success = [{ op: 'put', key: 'shop/./x', value: base64('1') }]
    const body = JSON.stringify({ success })
    expect(await call('POST', '/api/transactions', { body, headers: json })).toMatchObject(wrong)
    expect(await put('shop/..x', '1')).toMatchObject({ status: 200 })
    expect(await call('GET', '/api/kv?prefix=&limit=0')).toMatchObject(wrong)
    expect(await call('GET', '/api/kv?prefix=&limit=1')).toMatchObject({ status: 200 })
  })

  it('takes JSON with the value as base64 and a lease', async () => {
    const lease = JSON.stringify({ lease: 'shop/worker', ttlSeconds: 10 })
    const json = { 'content-type': 'application/json' }
    const granted = await call('POST', '/api/leases', { body: lease, headers: json })
    expect(granted).toEqual({ status: 201, body: { lease: 'shop/worker', ttlSeconds: 10 } })
    const body = JSON.stringify({ value: base64('me'), lease: 'shop/worker' })
    const { body: entry } = await put('shop/leader', body, json)
    expect(entry).toMatchObject({ value: base64('me'), lease: 'shop/worker' })
    const wrong = await put('shop/leader', '{"values":1}', json)
    expect(wrong).toMatchObject({ status: 400, body: { code: 'VALIDATION_ERROR' } })
    expect(await put('shop/other?lease=shop/gone', 'x')).toMatchObject({ status: 404 })
  })

  it('puts and deletes only at the revision of If-Match', async () => {
    await put('a/x', '1')
    const late = await put('a/x', '2', { 'if-match': '7' })
    const details = { reason: 'REVISION_MISMATCH', revision: 1 }
    expect(late).toMatchObject({ status: 409, body: { code: 'CONFLICT', details } })
    expect(await put('a/x', '2', { 'if-match': '"1"' })).toMatchObject({ status: 200 })
    expect(await put('a/x', '3', { 'if-none-match': '*' })).toMatchObject({ status: 409 })
    expect(await put('a/y', '3', { 'if-match': '0' })).toMatchObject({ status: 200 })
    expect(await put('a/x', '3', { 'if-match': 'soon' })).toMatchObject({ status: 400 })
    expect(await put('a/x', '3', { 'if-none-match': '"2"' })).toMatchObject({ status: 400 })
    const both = { 'if-match': '2', 'if-none-match': '*' }
    expect(await put('a/x', '3', both)).toMatchObject({ status: 400 })
    const early = await call('DELETE', '/api/kv/a/x', { headers: { 'if-match': '1' } })
    expect(early.status).toBe(409)
    const gone = await call('DELETE', '/api/kv/a/x', { headers: { 'if-match': '2' } })
    expect(gone).toEqual({ status: 200, body: { key: 'a/x', revision: 4, deleted: true } })
    expect(await call('GET', '/api/kv/a/x')).toMatchObject({ status: 404 })
  })

  it('changes only a key that is there with If-Match: *', async () => {
    const some = { 'if-match': '*' }
    const none = { reason: 'REVISION_MISMATCH', revision: 0 }
    const refused = { status: 409, body: { code: 'CONFLICT', details: none } }
    expect(await put('a/x', '1', some)).toMatchObject(refused)
    expect(await call('DELETE', '/api/kv/a/x', { headers: some })).toMatchObject(refused)
    await put('a/x', '1')
    const entry = { key: 'a/x', value: base64('2'), revision: 2, createRevision: 1, modRevision: 2 }
    expect(await put('a/x', '2', some)).toEqual({ status: 200, body: entry })
    const gone = await call('DELETE', '/api/kv/a/x', { headers: some })
    expect(gone).toEqual({ status: 200, body: { key: 'a/x', revision: 3, deleted: true } })
  })

  it.each([
    ['a body', '', { body: '{"ifMatch":7}' }],
    ['the address', '?ifMatch=7', {}],
    ['a body of an unknown field', '', { body: '{"if_match":1}' }],
    ['an address with an unknown word', '?if-match=1', {}],
    ['a body that is no JSON', '', { body: 'ifMatch=1' }],
    ['two places', '?ifMatch=1', { body: '{"ifMatch":1}' }],
  ])(
    'deletes nothing by a condition that does not hold, or is not understood, in %s',
    async (_, search, init) => {
      await put('a/x', '1')
      const refused = await call('DELETE', `/api/kv/a/x${search}`, init)
      expect([400, 409]).toContain(refused.status)
      expect(await call('GET', '/api/kv/a/x')).toMatchObject({ status: 200 })
    },
  )

  it('deletes by a condition that holds, and puts by none that it would pass over', async () => {
    await put('a/x', '1')
    expect(await put('a/x?ifMatch=7', '2')).toMatchObject({ status: 409 })
    expect(await put('a/x?if-match=1', '2')).toMatchObject({ status: 400 })
    expect(await put('a/x?ifMatch=1', '2')).toMatchObject({ status: 200 })
    const body = JSON.stringify({ ifMatch: 2 })
    expect(await call('DELETE', '/api/kv/a/x', { body })).toMatchObject({ status: 200 })
    await put('a/x', '1')
    expect(await call('DELETE', '/api/kv/a/x?ifMatch=*')).toMatchObject({ status: 200 })
  })

  it('has routes for transactions and locks, with values of any size that a key may have', async () => {
    const send = (method: string, route: string, body: unknown) =>
      call(method, route, {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      })
    const success = [{ op: 'put', key: 'a/x', value: base64('x'.repeat(VALUE_BYTES_MAX)) }]
    const done = { succeeded: true, revision: 1, answers: [{ op: 'put', key: 'a/x' }] }
    expect(await send('POST', '/api/transactions', { success })).toEqual({
      status: 200,
      body: done,
    })
    const larger = [{ op: 'put', key: 'a/x', value: base64('x'.repeat(VALUE_BYTES_MAX + 1)) }]
    const tooLarge = { status: 413, body: { code: 'TOO_LARGE' } }
    expect(await send('POST', '/api/transactions', { success: larger })).toMatchObject(tooLarge)
    await send('POST', '/api/leases', { lease: 'a/me', ttlSeconds: 9 })
    const held = { lock: 'a/l', lease: 'a/me', held: true, token: 2 }
    const acquired = await send('PUT', '/api/locks/a/l', { lease: 'a/me' })
    expect(acquired).toEqual({ status: 200, body: held })
    expect(await call('GET', '/api/locks/a/l')).toMatchObject({ body: { holder: 'a/me' } })
    const release = await fetch(`${door.url}/api/locks/a/l?lease=a/me`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer the-token' },
    })
    expect(release.status).toBe(204)
    expect(await call('GET', '/api/locks/a/l')).toMatchObject({ status: 404 })
  })

  it('takes a value of 1 MiB in either form and not one byte more', async () => {
    const json = { 'content-type': 'application/json' }
    for (const [extra, status] of [
      [0, 200],
      [1, 413],
    ] as const) {
      const value = 'x'.repeat(VALUE_BYTES_MAX + extra)
      expect((await put('a/x', value)).status).toBe(status)
      const body = JSON.stringify({ value: base64(value) })
      expect((await put('a/x', body, json)).status).toBe(status)
    }
  })

  it('lists by prefix in pages, with the revision to watch from', async () => {
    for (const key of ['a/1', 'a/2', 'a/3', 'b/1']) await put(key, key)
    const { body } = await call('GET', '/api/kv?prefix=a/&limit=2')
    expect(body).toMatchObject({ keys: [{ key: 'a/1' }, { key: 'a/2' }], revision: 4, more: true })
    const rest = await call('GET', '/api/kv?prefix=a/&after=a/2')
    expect(rest.body).toMatchObject({ keys: [{ key: 'a/3' }], more: false })
  })

  it('streams changes as events', async () => {
    await put('a/x', '1')
    await call('DELETE', '/api/kv/a/x')
    const answer = await fetch(`${door.url}/api/watch?prefix=a/&from=1`, {
      headers: { authorization: 'Bearer the-token' },
    })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const events = (await answer.text()).split('\n').filter((line) => line.startsWith('data: {'))
    expect(events.map((line) => JSON.parse(line.slice(6)))).toMatchObject([
      { type: 'put', key: 'a/x', revision: 1, entry: { value: base64('1') } },
      { type: 'delete', key: 'a/x', revision: 2 },
    ])
  })

  it('answers 503 NO_QUORUM when nothing can be written', async () => {
    expect(await put('lost/x', '1')).toMatchObject({ status: 503, body: { code: 'NO_QUORUM' } })
  })

  it('answers past the router as the router does, whatever stands in the way', async () => {
    const long = 'a/'.padEnd(513, 'x')
    const json = { 'content-type': 'application/json' }
    const compare = async (key: string): Promise<unknown> => {
      const read = await call('GET', `/api/kv/${key}`)
      expect(read).toEqual(await call('GET', `/api/kv/${key}?consistency=linearizable`))
      const value = JSON.stringify({ value: base64('1') })
      const [first, second] = [await put(key, '1'), await put(key, value, json)]
      if (first.status !== 200) expect(first).toEqual(second)
      return [read.status, first.status, second.status]
    }
    expect(await compare('a/x')).toEqual([404, 200, 200])
    expect(await compare('a/x')).toEqual([200, 200, 200])
    expect(await compare(long)).toEqual([400, 400, 400])
    expect(await compare('lost/x')).toEqual([404, 503, 503])
    node.world.permissions = ['use']
    expect(await compare('a/x')).toEqual([200, 403, 403])
    node.world.inNetwork = false
    expect(await compare('a/x')).toEqual([409, 409, 409])
    const anybody = await fetch(`${door.url}/api/kv/a/x`)
    expect(anybody.status).toBe(401)
  })

  it('says how long an answer is, and answers HEAD without one', async () => {
    await put('a/x', '1')
    const headers = { authorization: 'Bearer the-token' }
    const head = await fetch(`${door.url}/api/kv/a/x`, { method: 'HEAD', headers })
    const get = await fetch(`${door.url}/api/kv/a/x`, { headers })
    const length = `${(await get.arrayBuffer()).byteLength}`
    expect([head.status, head.headers.get('content-length')]).toEqual([200, length])
    expect(get.headers.get('content-length')).toBe(length)
  })

  it('describes them in the OpenAPI document', async () => {
    const { body } = await call('GET', '/api/openapi.json')
    expect(Object.keys(body.paths['/api/kv/{key}'])).toEqual(['get', 'put', 'delete'])
    expect(body.paths['/api/kv/{key}'].put.responses.default).toBeDefined()
    for (const method of ['put', 'delete']) {
      expect(body.paths['/api/kv/{key}'][method].parameters).toContainEqual(
        expect.objectContaining({ name: 'If-Match', in: 'header' }),
      )
    }
    expect(body.paths['/api/kv/{key}'].delete.requestBody).toBeUndefined()
    const release = body.paths['/api/locks/{lock}'].delete
    expect(release.requestBody).toBeUndefined()
    expect(release.parameters).toContainEqual(
      expect.objectContaining({ name: 'lease', in: 'query' }),
    )
    expect(body.paths['/api/watch'].get.responses['200'].content).toHaveProperty([
      'text/event-stream',
    ])
  })
})
