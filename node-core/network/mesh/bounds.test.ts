import { describe, expect, it } from 'vitest'
import { parseNodeId } from '../../base/net/index.ts'
import { addressesOf, createDialOrder, parseAddress, pathTo, readAddress } from './addresses.ts'
import { createAddressBook } from './book.ts'
import { createGuard } from './guard.ts'
import {
  ADDRESSES_PER_PEER_MAX,
  BANISHMENT_MS,
  CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
  CONNECTIONS_PER_SECOND_MAX,
  KNOWN_NODES_MAX,
  PENDING_CONNECTIONS_MAX,
  PENDING_CONNECTIONS_PER_ADDRESS_MAX,
} from './limits.ts'
import { chooseSurplus, ringNeighbours } from './surplus.ts'
import { createKeyedRate, createTokenBucket } from './token-bucket.ts'

const id = (n: number) => parseNodeId(n.toString(16).padStart(64, '0'))!
const PEER = '12D3KooWJYCgxFhSjQQmnY3CTwh2zKRgmeojHYEy73G1oDArWZKq'
const OTHER = '12D3KooWHPcVA8WTA4yR3sMw3nmhJEDHLVZxN23UQEQea9ndGgh1'

describe('surplus', () => {
  it('goes round the ring for neighbours', () => {
    const nodes = [1, 2, 3, 10, 200, 201].map(id)
    expect(ringNeighbours(id(1), nodes)).toEqual(new Set([2, 3, 200, 201].map(id)))
    expect(ringNeighbours(id(150), nodes)).toEqual(new Set([200, 201, 3, 10].map(id)))
    expect(ringNeighbours(id(5), [id(5), id(6)])).toEqual(new Set([id(6)]))
  })

  it('gives up the slowest, then those never measured, but no neighbour', () => {
    const peers = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ nodeId: id(n), latencyMs: 100 - n }))
    const unknown = { nodeId: id(9), latencyMs: undefined }
    expect(chooseSurplus(id(0), peers, 8)).toEqual([])
    expect(chooseSurplus(id(0), peers, 6)).toEqual([4, 3].map(id))
    expect(chooseSurplus(id(5), [...peers, unknown], 8)).toEqual([id(9)])
  })
})

describe('a rate', () => {
  it('lets a burst pass, then so many a second', () => {
    const bucket = createTokenBucket(10, 3)
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false])
    expect([bucket.take(100), bucket.take(100)]).toEqual([true, false])
    expect([1, 2, 3, 4].map(() => bucket.take(60_000))).toEqual([true, true, true, false])
  })

  it('is kept per key, for so many keys', () => {
    const rate = createKeyedRate(0, 1, 2)
    expect([rate.take('a', 0), rate.take('a', 0), rate.take('b', 0)]).toEqual([true, false, true])
    rate.take('c', 0)
    expect([rate.take('b', 0), rate.take('a', 0)]).toEqual([false, true])
  })
})

describe('the address book', () => {
  it('forgets the node heard of longest ago, and keeps few addresses of each', () => {
    const book = createAddressBook()
    const many = Array.from({ length: 99 }, (_, n) => `/ip4/10.0.0.1/tcp/${n + 1}`)
    for (let n = 0; n <= KNOWN_NODES_MAX; n++) book.learn(id(n), PEER, many)
    expect(book.get(id(0))).toBeUndefined()
    expect(book.get(id(1))?.addresses).toHaveLength(ADDRESSES_PER_PEER_MAX)
  })

  it('tries first where the node was last reached', () => {
    const book = createAddressBook()
    book.learn(id(1), PEER, ['/ip4/10.0.0.1/tcp/1', '/ip4/10.0.0.2/tcp/1'])
    book.reached(id(1), PEER, '/ip4/10.0.0.2/tcp/1')
    expect(book.get(id(1))?.addresses[0]).toBe('/ip4/10.0.0.2/tcp/1')
  })
})

describe('addresses', () => {
  it('are refused when they are none', () => {
    for (const text of ['', 'nonsense', '/ip4/1.2.3', `/dns4/${'a'.repeat(300)}/tcp/1`]) {
      expect(readAddress(text)).toBeUndefined()
      expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'ADDRESS_INVALID' }))
    }
  })

  it('of one peer never lead to another', () => {
    const texts = ['/ip4/10.0.0.1/tcp/1', `/ip4/10.0.0.2/tcp/1/p2p/${OTHER}`, 'nonsense']
    expect(addressesOf(PEER, texts).map(String)).toEqual([`/ip4/10.0.0.1/tcp/1/p2p/${PEER}`])
  })

  it.each([
    ['/ip4/192.168.1.7/tcp/1', 'lan'],
    ['/ip4/127.0.0.1/udp/1/quic-v1', 'lan'],
    ['/ip6/fe80::1/tcp/1', 'lan'],
    ['/ip4/8.8.8.8/tcp/1', 'direct'],
    ['/ip6/2600::1/tcp/1', 'direct'],
    [`/ip4/10.0.0.1/tcp/1/p2p/${OTHER}/p2p-circuit`, 'relayed'],
  ])('say which way they lead: %s is %s', (text, path) => {
    expect(pathTo(parseAddress(text))).toBe(path)
  })

  it('are tried TCP first, and loopback last', () => {
    const texts = [
      '/ip4/10.255.0.1/udp/1/quic-v1',
      '/ip4/127.0.0.1/tcp/1',
      '/ip4/8.8.8.8/tcp/1',
      '/ip4/10.255.0.1/tcp/1',
    ]
    const sorted = texts.map(parseAddress).sort(createDialOrder()).map(String)
    expect(sorted).toEqual([texts[3], texts[2], texts[1], texts[0]])
  })
})

describe('the guard', () => {
  const raw = (host: string) => {
    const target = new EventTarget()
    return Object.assign(target, { remoteAddr: parseAddress(`/ip4/${host}/tcp/1`) }) as never
  }

  it('lets one address have only so many handshakes under way', () => {
    const guard = createGuard(() => 0)
    const open = Array.from({ length: PENDING_CONNECTIONS_PER_ADDRESS_MAX }, () => raw('10.0.0.1'))
    expect(open.map((one) => guard.denyInboundConnection?.(one))).not.toContain(true)
    expect(guard.denyInboundConnection?.(raw('10.0.0.1'))).toBe(true)
    expect(guard.denyInboundConnection?.(raw('10.0.0.2'))).toBe(false)
    ;(open[0] as unknown as EventTarget).dispatchEvent(new Event('close'))
    expect(guard.denyInboundConnection?.(raw('10.0.0.1'))).toBe(false)
  })

  it('lets one address knock only so often', () => {
    let nowMs = 0
    const { doorstep } = createGuard(() => nowMs)
    const knocks = Array.from({ length: 100 }, () => doorstep.check('10.0.0.1'))
    expect(knocks.filter((refused) => !refused)).toHaveLength(
      CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
    )
    expect(doorstep.check('10.0.0.2')).toBe(false)
    nowMs = 100
    expect(doorstep.check('10.0.0.1')).toBe(false)
  })

  it('lets everyone together knock only so often, whoever has knocked too much already', () => {
    let nowMs = 0
    const { doorstep } = createGuard(() => nowMs)
    for (let n = 0; n < 1_000; n++) doorstep.check('10.0.0.1')
    const others = Array.from({ length: 200 }, (_, n) => doorstep.check(`10.0.1.${n}`))
    const left = CONNECTIONS_PER_SECOND_MAX - CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX
    expect(others.filter((refused) => !refused)).toHaveLength(left)
    nowMs = 1_000
    expect(doorstep.check('10.0.2.1')).toBe(false)
  })

  it('refuses at the doorstep what would find no place for its handshake', () => {
    const guard = createGuard(() => 0)
    const open = Array.from({ length: PENDING_CONNECTIONS_MAX }, (_, n) => {
      return raw(n < PENDING_CONNECTIONS_PER_ADDRESS_MAX ? '10.0.0.1' : `10.0.1.${n}`)
    })
    for (const one of open.slice(0, PENDING_CONNECTIONS_PER_ADDRESS_MAX)) {
      guard.denyInboundConnection?.(one)
    }
    expect(guard.doorstep.check('10.0.0.1')).toBe(true)
    expect(guard.doorstep.check('10.0.0.2')).toBe(false)
    for (const one of open.slice(PENDING_CONNECTIONS_PER_ADDRESS_MAX)) {
      guard.denyInboundConnection?.(one)
    }
    expect(guard.doorstep.check('10.0.0.2')).toBe(true)
    ;(open[0] as unknown as EventTarget).dispatchEvent(new Event('close'))
    expect(guard.doorstep.check('10.0.0.2')).toBe(false)
  })

  it('forgives the banished after a while', () => {
    let nowMs = 0
    const guard = createGuard(() => nowMs)
    guard.banish(PEER)
    expect(guard.isBanished(PEER)).toBe(true)
    nowMs = BANISHMENT_MS
    expect(guard.isBanished(PEER)).toBe(false)
  })
})
