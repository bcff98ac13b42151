import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fromFlags } from './commands/up.ts'
import { parseConfig, readConfig } from './config.ts'

describe('the config', () => {
  let home: string

  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), 'mycelium-config-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('is empty when there is no file', () => {
    expect(readConfig(home)).toEqual({})
  })

  it('takes every key under the names people know', () => {
    const config = parseConfig(
      {
        node: { name: 'ada', tags: ['gpu', 'zone=eu'], data_dir: 'data' },
        network: {
          listen: ['/ip4/0.0.0.0/tcp/4000', '0.0.0.0:4001'],
          advertise_addr: '[2001:db8::1]:4000',
          bootstrap: ['/dns4/a.example/tcp/4000/p2p/12D3KooWx'],
          max_peers: 50,
          exchange_interval: '30s',
          discovery_interval: '1m',
        },
        work: { strangers: ['container', 'process'], gpus: ['renderD128'] },
        shield: { open: ['192.168.1.20', '192.168.2.0/24'] },
        logging: { level: 'debug', format: 'json' },
        state: { tombstone_ttl: '24h', gc_interval: '10m' },
      },
      'config.toml',
    )
    expect(config.network).toEqual({
      listen: ['/ip4/0.0.0.0/tcp/4000', '/ip4/0.0.0.0/tcp/4001', '/ip4/0.0.0.0/udp/4001/quic-v1'],
      advertise_addr: ['/ip6/2001:db8::1/tcp/4000', '/ip6/2001:db8::1/udp/4000/quic-v1'],
      bootstrap: ['/dns4/a.example/tcp/4000/p2p/12D3KooWx'],
      max_peers: 50,
      exchange_interval: 30_000,
      discovery_interval: 60_000,
    })
    expect(config.work).toEqual({ strangers: ['container', 'process'], gpus: ['renderD128'] })
    expect(config.shield).toEqual({ open: ['192.168.1.20', '192.168.2.0/24'] })
    expect(config.state).toEqual({ tombstone_ttl: 86_400_000, gc_interval: 600_000 })
  })

  it('lets a flag stand above the file, key by key', () => {
    writeFileSync(path.join(home, 'config.toml'), '[node]\nname = "file"\ntags = ["a"]\n')
    const config = readConfig(home, fromFlags({ name: 'flag', apiPort: '0', mdns: true }))
    expect(config.node).toEqual({ name: 'flag', tags: ['a'] })
    expect(config.api).toEqual({ port: 0 })
    expect(config.network).toBeUndefined()
  })

  it('knows all and none from names of graphics processors', () => {
    expect(readConfig(home, fromFlags({ gpus: ['all'] })).work).toEqual({ gpus: 'all' })
    expect(readConfig(home, fromFlags({ gpus: ['nvidia0'] })).work).toEqual({ gpus: ['nvidia0'] })
    expect(() => readConfig(home, fromFlags({ strangers: ['vm'], gpus: ['/dev/sda'] }))).toThrow(
      /--strangers[\s\S]*--gpus/,
    )
  })

  it('leads the names of certificates to workloads, and finds their files beside itself', () => {
    const text =
      '[edge]\ntls_port = 8443\n[[edge.certificates]]\ncertificate = "shop.pem"\n' +
      'key = "/etc/shop.key"\n[edge.certificates.names]\n"shop.example.org" = "shop"\n' +
      '"*.apps.example.org" = "*"\n'
    writeFileSync(path.join(home, 'config.toml'), text)
    expect(readConfig(home, fromFlags({ edgePort: '1' })).edge).toEqual({
      port: 1,
      tls_port: 8443,
      certificates: [
        {
          ...{ certificate: path.join(home, 'shop.pem'), key: '/etc/shop.key' },
          names: { 'shop.example.org': 'shop', '*.apps.example.org': '*' },
        },
      ],
    })
    expect(readConfig(home, fromFlags({ edgeTlsPort: '0' })).edge?.tls_port).toBe(0)
  })

  it.each([
    { 'shop.example.org': '*' },
    { 'Shop.example.org': 'shop' },
    { '*.*.example.org': 'shop' },
    { example: 'shop' },
    { 'shop.example.org': 'Not a workload' },
  ])('refuses names that lead nowhere: %j', (names) => {
    const edge = { certificates: [{ certificate: 'a', key: 'b', names }] }
    expect(() => parseConfig({ edge }, 'config.toml')).toThrow(/edge\.certificates\.0\.names/)
  })

  it('names keys and sections that do not exist, wherever they are', () => {
    const wrong = () => parseConfig({ node: { nmae: 'x' }, ssh: { listen: 'x' } }, 'config.toml')
    expect(wrong).toThrow(/node\.nmae: There is no such key\.[\s\S]*ssh: There is no such key\./)
  })

  it('checks flags like the file', () => {
    const flags = { listen: ['nowhere'], logLevel: 'loud', shieldOpen: ['192.168.1.7/24'] }
    expect(() => readConfig(home, fromFlags(flags))).toThrow(
      /--listen[\s\S]*--shield-open[\s\S]*--log-level/,
    )
  })

  it('says where a file is no TOML', () => {
    writeFileSync(path.join(home, 'config.toml'), '[node\n')
    expect(() => readConfig(home)).toThrow(/is not TOML/)
  })
})
