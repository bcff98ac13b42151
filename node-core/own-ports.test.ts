import { expect, test } from 'vitest'
import { ownPortsOf } from './own-ports.ts'

test('a node’s own ports are the mesh’s, the API’s and the edge’s, as asked for or by default', () => {
  expect([...ownPortsOf({})]).toEqual([4_000, 7_780, 8_080])
  const listen = ['/ip4/0.0.0.0/tcp/4100', '/ip6/::/udp/4101/quic-v1', '/dns4/a/tcp/4102/ws']
  const asked = ownPortsOf({ listen, apiPort: 4_103, edgePort: 4_104, edgeTlsPort: 4_105 })
  expect([...asked]).toEqual([4_100, 4_101, 4_102, 4_103, 4_104, 4_105])
})

test('one that is picked at each start is nobody’s', () => {
  const listen = ['/ip4/127.0.0.1/tcp/0']
  expect([...ownPortsOf({ listen, apiPort: 0, edgePort: 0, edgeTlsPort: 0 })]).toEqual([])
})
