import { expect, test } from 'vitest'
import { createText } from '../../i18n/index.ts'
import { makeWorkload } from '../../testing/shapes.ts'
import { reachedLines, secretLines, usesLines } from './asked-words.ts'

const { t } = createText('en')
const [part] = makeWorkload({ name: 'web' }).parts
if (!part) throw new Error('A workload has a part.')

test('says where a part listens, and how it is asked whether it is well', () => {
  expect(reachedLines({ ...part, ports: [], probes: {} }, t)).toEqual([])
  const ports = [
    { containerPort: 8080 },
    { containerPort: 53, hostPort: 5353, protocol: 'udp' as const },
  ]
  const probes = {
    startup: { kind: 'command' as const, command: ['pg_isready', '-q'] },
    live: { kind: 'tcp' as const, port: 8080 },
    ready: { kind: 'http' as const, path: '/ready', port: 8080 },
  }
  expect(reachedLines({ ...part, ports, probes }, t)).toEqual([
    'listens at port 8080',
    'listens at port 53/udp, which is port 5353 of its computer',
    'has started once pg_isready -q ends with exit code 0',
    'is started again unless port 8080 takes connections',
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
