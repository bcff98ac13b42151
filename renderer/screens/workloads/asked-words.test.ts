import { expect, test } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import {
  mountLines,
  reachedLines,
  secretLines,
  spreadText,
  usesLines,
  volumeLines,
} from './asked-words.ts'

const { t } = createText('en')
const [part] = makeWorkload({ name: 'web' }).parts
if (!part) throw new Error('A workload has a part.')

test('says where a part listens, and how it is asked whether it is well', () => {
  expect(reachedLines({ ...part, ports: [], probes: {} }, t, 'en')).toEqual([])
  const ports = [
    { containerPort: 8080 },
    { containerPort: 53, hostPort: 5353, protocol: 'udp' as const },
  ]
  const probes = {
    startup: { kind: 'command' as const, command: ['pg_isready', '-q'] },
    live: { kind: 'tcp' as const, port: 8080, periodMs: 5_000, timeoutMs: 500, failures: 3 },
    ready: { kind: 'http' as const, path: '/ready', port: 8080 },
  }
  expect(reachedLines({ ...part, ports, probes }, t, 'en')).toEqual([
    'listens at port 8080',
    'listens at port 53/udp, which is port 5353 of its computer',
    'has started once pg_isready -q ends with exit code 0',
    'is started again unless port 8080 takes connections (asked every 5 seconds, each time for 500 ms at most, 3 failures in a row count)',
    'gets requests while GET /ready at port 8080 is answered well',
  ])
})

test('says what it finds by name, and by which', () => {
  const uses = [
    { name: 'cache', as: 'cache' },
    { name: 'mariadb', as: 'db' },
  ]
  expect(usesLines({ uses }, t)).toEqual(['cache', 'db, which is mariadb'])
})

test('says which secrets it is handed, and where', () => {
  const secrets = [
    { name: 'web/password', env: 'DB_PASSWORD' },
    { name: 'web/key', env: 'KEY', file: 'tls.key' },
    { name: 'web/bare' },
  ]
  expect(secretLines({ secrets }, t)).toEqual([
    'the secret web/password in the variable DB_PASSWORD',
    'the secret web/key in the variable KEY',
    'the secret web/key in the file /run/mycelium/secrets/tls.key',
    'the secret web/bare',
  ])
})

test('says where a part finds what its copy keeps, and as whom it runs', () => {
  expect(mountLines(part, t)).toEqual([])
  const mounts = [
    { volume: 'data', path: '/var/lib/db', readOnly: false },
    { volume: 'shared', path: '/etc/shared', readOnly: true },
  ]
  expect(mountLines({ ...part, mounts, user: '1000:1000' }, t)).toEqual([
    'finds the volume data at /var/lib/db',
    'finds the volume shared at /etc/shared, to read only',
    'runs as the user 1000:1000',
  ])
})

test('says what a copy keeps, and what becomes of it where its computer is away', () => {
  expect(volumeLines({}, t, 'en')).toEqual([])
  const size = { sizeBytes: 5 * 2 ** 30 }
  const volumes = [
    { name: 'data', ...size, ifLost: 'wait' as const },
    { name: 'cache', ...size, ifLost: 'empty' as const },
  ]
  expect(volumeLines({ volumes }, t, 'en')).toEqual([
    'the volume data, up to 5 GiB; where its computer is out of sight, the copy waits for that',
    'the volume cache, up to 5 GiB; where its computer is out of sight, the copy starts elsewhere with nothing',
  ])
})

test('says what copies are spread over, where there may be several or it is not as always', () => {
  const placed = { replicas: 1, placement: { spread: 'node' as const, apart: [], near: [] } }
  expect(spreadText(placed, t)).toBeUndefined()
  expect(spreadText({ ...placed, replicas: 2 }, t)).toBe('different computers first')
  const bySite = { ...placed, placement: { ...placed.placement, spread: 'site' as const } }
  expect(spreadText(bySite, t)).toBe('different sites first, then different computers')
})
