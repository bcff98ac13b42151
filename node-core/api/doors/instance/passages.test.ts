import { request } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InstanceAccess } from '../../../work/runners/index.ts'
import { openStreet, type Street, socketOf } from './doors.fixture.ts'
import { PASSAGES_MAX } from './limits.ts'

interface Passage {
  status: number
  /** What is behind it, or the answer that refuses it. */
  stream: Duplex
}

function passage(
  door: InstanceAccess,
  target: string,
  { token = door.token, header = 'proxy-authorization' } = {},
): Promise<Passage> {
  return new Promise((resolve, reject) => {
    const headers = { [header]: `Bearer ${token}` }
    const asked = request({ socketPath: socketOf(door), method: 'CONNECT', path: target, headers })
    asked.on('error', reject)
    asked.on('connect', ({ statusCode = 0 }, stream, head) => {
      if (head.length > 0) stream.unshift(head)
      resolve({ status: statusCode, stream })
    })
    asked.end()
  })
}

describe('CONNECT at the door of an instance', () => {
  let street: Street
  beforeEach(async () => {
    street = await openStreet()
  })
  afterEach(() => street.end())

  const refused = async (target: string, options?: object) => {
    const { status, stream } = await passage(street.web, target, options)
    return { status, ...(JSON.parse(await text(stream)) as { code: string; details?: unknown }) }
  }

  test('leads to a port of a workload that it uses, both ways', async () => {
    const { status, stream } = await passage(street.web, 'echo:7')
    expect(status).toBe(200)
    stream.end('hello')
    expect(await text(stream)).toBe('hello')
  })

  test('takes the token as any request does', async () => {
    const { status, stream } = await passage(street.web, 'echo:7', { header: 'authorization' })
    expect(status).toBe(200)
    stream.destroy()
  })

  test('is for nobody without the token', async () => {
    expect(await refused('echo:7', { token: 'x'.repeat(40) })).toMatchObject({
      status: 401,
      code: 'UNAUTHORIZED',
    })
  })

  test('refuses what the manifest does not name, and says when nothing is there', async () => {
    const undeclared = { status: 403, details: { reason: 'USE_UNDECLARED' } }
    expect(await refused('127.0.0.1:22')).toMatchObject(undeclared)
    expect(await refused('echo:22')).toMatchObject(undeclared)
    const later = { status: 503, code: 'UNAVAILABLE', details: { reason: 'NO_ENDPOINT' } }
    expect(await refused('later:80')).toMatchObject(later)
  })

  test('waits for what sleeps no longer than who asked for it', async () => {
    for (const leave of ['destroy', 'end'] as const) {
      const socket = connect(socketOf(street.web))
      const authorization = `authorization: Bearer ${street.web.token}`
      socket.write(`CONNECT asleep:80 HTTP/1.1\r\nhost: asleep\r\n${authorization}\r\n\r\n`)
      await until(() => street.waiting.size === 1)
      socket[leave]()
      await until(() => street.waiting.size === 0)
      socket.destroy()
    }
  })

  test.each(['echo', 'echo:0', 'echo:99999', 'echo:7/x', ':7'])('refuses %s', async (target) => {
    expect(await refused(target)).toMatchObject({ status: 400, code: 'VALIDATION_ERROR' })
  })

  test('bounds how many are open at once', async () => {
    const open = await Promise.all(
      Array.from({ length: PASSAGES_MAX }, () => passage(street.web, 'echo:7')),
    )
    expect(await refused('echo:7')).toMatchObject({ status: 429, code: 'RATE_LIMITED' })
    for (const { stream } of open) stream.destroy()
  })

  test('is cut when the door closes', async () => {
    const { stream } = await passage(street.web, 'echo:7')
    const ended = text(stream).catch(() => 'cut')
    await street.doors.close('web-0-abcdef')
    expect(await ended).toMatch(/^(cut|)$/)
  })

  test('tells what the names lead to', async () => {
    const told = await street.stream('/api/self/uses')
    expect(told).toContain('"as":"echo","address":"127.64.0.1","ports":[7]')
  })
})

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
