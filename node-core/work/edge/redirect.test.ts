import { describe, expect, it } from 'vitest'
import { secureAddress } from './redirect.ts'

const zones = ['.home.localhost', '.home.internal']
const covers = (name: string): boolean => /^\w+\.home\.(localhost|internal)$|^shop\.org$/.test(name)
const route = (host: string, path = '/a?b') => ({ host, workload: 'web', path, prefix: '' })

describe('the address over TLS', () => {
  it.each([
    ['web.localhost:8080', 8443, 'https://web.home.localhost:8443/a?b'],
    ['web.home.internal:8080', 8443, 'https://web.home.internal:8443/a?b'],
    ['Shop.org:8080', 8443, 'https://shop.org:8443/a?b'],
    ['shop.org:8080', 443, 'https://shop.org/a?b'],
    ['shop.org', 8443, 'https://shop.org/a?b'],
    ['other.org:8080', 8443, 'https://web.home.localhost:8443/a?b'],
    ['web.localhost:8080', 0, undefined],
  ])('of %s, with TLS at %i, is %s', (host, port, address) => {
    expect(secureAddress(route(host), { zones }, { port, covers })).toBe(address)
  })

  it('is none for a path route, or without a certificate', () => {
    const path = { ...route('127.0.0.1:8080'), prefix: '/web' }
    expect(secureAddress(path, { zones }, { port: 1, covers })).toBeUndefined()
    const none = { port: 1, covers: () => false }
    expect(secureAddress(route('web.localhost'), { zones }, none)).toBeUndefined()
  })
})
