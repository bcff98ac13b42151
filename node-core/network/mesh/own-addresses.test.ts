import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { hostIn } from './addresses.ts'
import { bridgesOf, toldAddresses } from './own-addresses.ts'

/** As libp2p lists them: by transport, and in the order of the interfaces. */
const listened = (...hosts: string[]) => [
  ...hosts.map((host) => multiaddr(`/ip4/${host}/tcp/4000`)),
  ...hosts.map((host) => multiaddr(`/ip4/${host}/udp/4000/quic-v1`)),
]
const bridges = Array.from({ length: 20 }, (_, n) => `172.${16 + n}.0.1`)
const settings = { chosen: ['/ip4/0.0.0.0/tcp/4000'], bridges: new Set(bridges), max: 16 }
const hostsOf = (told: ReturnType<typeof toldAddresses>) => told.map((address) => hostIn(address))

describe('the addresses that a node tells of itself', () => {
  it('are few where an engine has many bridges: the way from outside, home, loopback, then those', () => {
    const own = listened('127.0.0.1', ...bridges, '192.168.1.7', '203.0.113.9')
    const told = toldAddresses(own, settings)
    const hosts = ['203.0.113.9', '192.168.1.7', ...bridges.slice(0, 5), '127.0.0.1']
    expect(told.map(String)).toEqual(listened(...hosts).map(String))
  })

  it('begin with what somebody chose, a name or a bridge as well', () => {
    const chosen = ['/dns4/garden.example/tcp/4000', `/ip4/${bridges[19]}/tcp/4000`]
    const own = [...listened('203.0.113.9', ...bridges), multiaddr(chosen[0]!)]
    const told = toldAddresses(own, { ...settings, chosen, max: 4 })
    expect(told.map(String)).toEqual([
      `/ip4/${bridges[19]}/tcp/4000`,
      ...[chosen[0], '/ip4/203.0.113.9/tcp/4000'],
      `/ip4/${bridges[19]}/udp/4000/quic-v1`,
    ])
  })

  it('keep loopback, by which the nodes of one computer find each other, and have it last', () => {
    const home = Array.from({ length: 30 }, (_, n) => `10.0.${n}.1`)
    const told = toldAddresses(listened('127.0.0.1', ...home), settings)
    expect(told).toHaveLength(16)
    expect(hostsOf(told)).toEqual([
      ...[...home.slice(0, 7), '127.0.0.1'],
      ...[...home.slice(0, 7), '127.0.0.1'],
    ])
  })

  it('a bridge is known by its name', () => {
    const names = [
      'docker0',
      'docker-m3',
      'br-5c1f',
      'veth12',
      'virbr0',
      'eth0',
      'wlp3s0',
      'bridge',
    ]
    const here = Object.fromEntries(names.map((name) => [name, [{ address: name }]]))
    expect([...bridgesOf(here)]).toEqual(names.slice(0, 5))
  })
})
