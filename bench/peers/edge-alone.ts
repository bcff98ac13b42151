/**
 * Our edge in a process of its own with one endpoint, as a proxy among proxies: port, port of the
 * endpoint, and for TLS a file with certificate and key.
 */
import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { createSystemClock } from '../../node-core/base/clock/index.ts'
import { createSilentLogger } from '../../node-core/base/log/index.ts'
import { parseNodeId } from '../../node-core/base/net/index.ts'
import { createSystemRandom } from '../../node-core/base/random/index.ts'
import { ownerIdOf } from '../../node-core/identity/index.ts'
import {
  createEdge,
  createInUse,
  type Endpoint,
  type Service,
} from '../../node-core/work/edge/index.ts'
import { edgeOf } from '../../node-core/work/spec/index.ts'

const [port = 0, upstream = 0] = process.argv.slice(2, 4).map(Number)
const file = process.argv[4]
const pem = file === undefined ? undefined : readFileSync(file)
const context = pem && createSecureContext({ cert: pem, key: pem })
const certificates = {
  contextFor: () => context,
  covers: () => true,
  any: () => true,
  subscribe: () => () => {},
}
const self = parseNodeId('0'.repeat(64))
if (!self) throw new Error('A node id has 64 digits.')
const endpoint: Endpoint = {
  workload: 'web',
  instance: 'web-0-aaaaaa',
  node: self,
  containerPort: 80,
  hostPort: upstream,
  healthy: true,
}
const endpoints = [endpoint]
const service: Service = { owner: ownerIdOf(new Uint8Array(32)), rules: edgeOf({}) }
const edge = createEdge(
  {
    self,
    net: { openStream: () => Promise.reject(new Error('There is no other node.')) },
    inUse: createInUse(createSystemClock()),
    endpoints: {
      meant: (said) => said,
      service: (workload) => (workload === 'web' ? service : undefined),
      isCurrent: () => true,
      endpoints: () => endpoints,
      published: () => [],
      trouble: () => '',
      subscribe: () => () => {},
    },
    gate: {
      admits: () => true,
      bearer: () => undefined,
      issue: () => ({ pass: '', expiresAtMs: 0 }),
    },
    clock: createSystemClock(),
    random: createSystemRandom(),
    logger: createSilentLogger(),
  },
  context ? { port: 0, tls: { port, certificates } } : { port },
)
await edge.start()
