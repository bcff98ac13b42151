import { describe } from 'vitest'
import { type NetCluster, netSuite } from '../../base/net/net.suite.ts'
import { makeMember, makeMesh, makeNetwork, startTogether } from './testing/meshes.ts'

const overTransport =
  (listen: string) =>
  async (size: number): Promise<NetCluster> => {
    const network = makeNetwork()
    const nets = Array.from({ length: size }, () =>
      makeMesh(network, makeMember(network), { listen: [listen] }),
    )
    await startTogether(nets)
    return {
      nets,
      run: (work) => work,
      // A subscription travels on the connection that the ping takes after it.
      async settle() {
        for (const net of nets) for (const peer of net.peers()) await net.ping(peer)
      },
      crash: async (index) => nets[index]?.stop(),
      async stop() {
        await Promise.all(nets.map((net) => net.stop()))
      },
    }
  }

describe('the mesh', () => {
  netSuite('TCP', overTransport('/ip4/127.0.0.1/tcp/0'))
  netSuite('QUIC', overTransport('/ip4/127.0.0.1/udp/0/quic-v1'))
})
