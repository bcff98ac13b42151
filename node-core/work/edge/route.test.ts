import { describe, expect, it } from 'vitest'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { Endpoint } from './index.ts'
import { type Hosts, routeOf } from './route.ts'

const HOSTS: Hosts = {
  names: new Set(['box.lan']),
  zones: ['.home.localhost', '.home.internal'],
  given: new Map([
    ['shop.example.org', 'store'],
    ['*.apps.example.org', '*'],
    ['*.shop.example.org', 'store'],
  ]),
}

describe('a route', () => {
  it.each([
    ['web.localhost', '/a?b', { workload: 'web', path: '/a?b', prefix: '' }],
    ['WEB.localhost.:8080', '/', { workload: 'web', path: '/', prefix: '' }],
    ['localhost:8080', '/web/a', { workload: 'web', path: '/a', prefix: '/web' }],
    ['127.0.0.1', '/web', { workload: 'web', path: '/', prefix: '/web' }],
    ['[::1]:80', '/web?q=1', { workload: 'web', path: '/?q=1', prefix: '/web' }],
    ['box.lan', '/web/', { workload: 'web', path: '/', prefix: '/web' }],
    [
      'x',
      'http://web.localhost:1/p',
      { host: 'web.localhost:1', workload: 'web', path: '/p', prefix: '' },
    ],
    [
      'x',
      'http://web.localhost',
      { host: 'web.localhost', workload: 'web', path: '/', prefix: '' },
    ],
    ['web.home.localhost:8443', '/a', { workload: 'web', path: '/a', prefix: '' }],
    ['web.home.internal', '/', { workload: 'web', path: '/', prefix: '' }],
    ['home.localhost', '/', { workload: 'home', path: '/', prefix: '' }],
    ['web.other.localhost', '/', { workload: 'web.other', path: '/', prefix: '' }],
    ['Shop.Example.org:8443', '/a', { workload: 'store', path: '/a', prefix: '' }],
    ['www.shop.example.org', '/', { workload: 'store', path: '/', prefix: '' }],
    ['wiki.apps.example.org', '/', { workload: 'wiki', path: '/', prefix: '' }],
    [
      'x',
      'https://web.localhost/p',
      { host: 'web.localhost', workload: 'web', path: '/p', prefix: '' },
    ],
    ['a.wiki.apps.example.org', '/', 'UNKNOWN_HOST'],
    ['apps.example.org', '/', 'UNKNOWN_HOST'],
    ['.apps.example.org', '/', 'UNKNOWN_HOST'],
    ['home.internal', '/', 'UNKNOWN_HOST'],
    ['127.0.0.1', '/', 'NO_WORKLOAD'],
    ['127.0.0.1', '//web/x', 'NO_WORKLOAD'],
    ['evil.example', '/web/', 'UNKNOWN_HOST'],
    ['127.0.0.1.evil.example', '/web/', 'UNKNOWN_HOST'],
    ['localhost.evil.example', '/web/', 'UNKNOWN_HOST'],
    [undefined, '/web/', 'BAD_REQUEST'],
    ['web.localhost', '*', 'BAD_REQUEST'],
    ['web.localhost', 'http://user@web.localhost/', 'BAD_REQUEST'],
  ])('of %s %s', (host, target, expected) => {
    const zoned = expect.any(Boolean)
    const route = typeof expected === 'string' ? expected : { host, zoned, ...expected }
    expect(routeOf(host, target, HOSTS)).toEqual(route)
  })

  it.each([
    ['web.localhost', true],
    ['web.home.internal', true],
    ['wiki.apps.example.org', true],
    ['shop.example.org', false],
    ['www.shop.example.org', false],
    ['box.lan', false],
  ])('knows whether other workloads are the neighbours of %s', (host, zoned) => {
    expect(routeOf(host, '/web/', HOSTS)).toMatchObject({ zoned })
  })
})

const at = (prefix = '', host = 'web.localhost') => ({ prefix, host, zoned: true })
const endpoint = (instance: string, healthy = true): Endpoint => ({
  workload: 'web',
  instance,
  node: 'n' as Endpoint['node'],
  containerPort: 80,
  hostPort: 1,
  healthy,
})

describe('headers', () => {
  const from = { address: '127.0.0.1', secure: false, host: 'web.localhost', prefix: '' }

  it('end at the edge when they are of the connection or named by it', () => {
    const raw = ['Host', 'h', 'Connection', 'X-A, close', 'x-a', '1', 'TE', 'x', 'X-B', '2']
    const headers = requestHeaders(raw, 'X-A, close', from)
    expect(headers.slice(0, 4)).toEqual(['X-B', '2', 'host', 'web.localhost'])
  })

  it('never let a client speak for the edge', () => {
    const raw = ['X-Forwarded-For', '6.6.6.6', 'Forwarded', 'for=6.6.6.6', 'X-Mycelium-Edge', 'me']
    const more = ['x-forwarded-host', 'x-forwarded-prefix', 'x-forwarded-port', 'x-real-ip', 'host']
    for (const name of more) raw.push(name, '6.6.6.6')
    expect(requestHeaders(raw, '', from).join()).not.toContain('6.6.6.6')
    expect(requestHeaders(raw, '', from)).not.toContain('me')
    // Both are HTTP_X_MYCELIUM_MEMBER and the like to a program that is called as CGI has it.
    const alike = ['X_Mycelium_Member', 'x-forwarded_for', 'X_Real-IP', 'X_My_Own']
    const passed = requestHeaders(
      alike.flatMap((name) => [name, '6.6.6.6']),
      '',
      from,
    )
    expect(passed.slice(0, 3)).toEqual(['X_My_Own', '6.6.6.6', 'host'])
    const answer = responseHeaders({ 'x-mycelium-edge': 'me' }, endpoint('a'), at())
    expect(answer).toEqual(['x-mycelium-edge', 'n/a'])
  })

  it('bind no browser to TLS for names of its own computer', () => {
    const said = { 'strict-transport-security': 'max-age=1' }
    const headersFor = (host: string) => responseHeaders(said, endpoint('a'), at('', host))
    for (const host of ['web.localhost', 'web.home.localhost:8443', 'LOCALHOST.']) {
      expect(headersFor(host)).not.toContain('strict-transport-security')
    }
    for (const host of ['shop.example.org', 'web.home.internal:8443', 'mylocalhost']) {
      expect(headersFor(host)).toContain('strict-transport-security')
    }
  })

  it('leave redirects to other hosts alone', () => {
    const located = (location: string): string | undefined =>
      responseHeaders({ location }, endpoint('a'), at('/web')).at(-1)
    expect(located('/x')).toBe('/web/x')
    expect(located('//other/x')).toBe('//other/x')
    expect(located('https://other/x')).toBe('https://other/x')
  })
})
