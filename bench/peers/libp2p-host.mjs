/**
 * The bare js-libp2p host that the node is measured beside: the same transports and services, and
 * nothing above them. Dials the addresses it is given and prints its own.
 */
import { enableCompileCache } from 'node:module'

// As our own command line does, so that both start from compiled code.
enableCompileCache()
const [{ createLibp2p }, { tcp }, { noise }, { yamux }, { identify }, { ping }, { gossipsub }] =
  await Promise.all([
    import('libp2p'),
    import('@libp2p/tcp'),
    import('@chainsafe/libp2p-noise'),
    import('@libp2p/yamux'),
    import('@libp2p/identify'),
    import('@libp2p/ping'),
    import('@libp2p/gossipsub'),
  ])
const { multiaddr } = await import('@multiformats/multiaddr')

const host = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), ping: ping(), pubsub: gossipsub() },
})
host.services.pubsub.subscribe('bench')
for (const address of process.argv.slice(2)) await host.dial(multiaddr(address))
console.log('READY', host.getMultiaddrs()[0]?.toString())
