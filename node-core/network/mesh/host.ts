/** The libp2p host: which parts it is made of, and their bounds. Nothing else creates one. */
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { GossipSub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerDiscovery } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { type Ping, ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2pOptions } from 'libp2p'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { createDialOrder, isQuic } from './addresses.ts'
import { corking } from './corking.ts'
import { createNoise } from './encryption.ts'
import type { Attendance } from './gated-registrar.ts'
import { createPubsub } from './gossip.ts'
import type { Guard } from './guard.ts'
import {
  CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
  DIAL_ADDRESS_TIMEOUT_MS,
  DIAL_QUEUE_MAX,
  DIAL_TIMEOUT_MS,
  HANDSHAKE_TIMEOUT_MS,
  KEEP_ALIVE_MS,
  NEARBY_ASK_IDLE_MS,
  PARALLEL_DIALS_MAX,
  PENDING_CONNECTIONS_MAX,
  PING_STREAMS_MAX,
  QUIC_KEEP_ALIVE_MS,
  QUIC_SILENCE_MS,
  STREAM_OPEN_TIMEOUT_MS,
  STREAM_READ_BUFFER_BYTES_MAX,
  STREAM_WINDOW_BYTES_MAX,
  STREAMS_PER_CONNECTION_MAX,
} from './limits.ts'

/** Our name on the local network (DNS-SD). */
export const NEARBY_SERVICE_TAG = '_mycelium._udp.local'

export interface HostSettings {
  /** Seed of the node's Ed25519 key. */
  keySeed: Uint8Array
  listen: readonly string[]
  announce: readonly string[]
  connectionsMax: number
  guard: Guard
  logger: Logger
}

/** What a host without a network can do: dial, and look around. */
export type BareHost = Libp2p
export type MemberHost = Libp2p<{ identify: Identify; ping: Ping; gossip: GossipSub }>

/** For `join` alone: no gossip, no identify. `discovery` receives the mDNS part when wanted. */
export async function createBareHost(
  settings: HostSettings,
  nearby?: (part: PeerDiscovery) => void,
): Promise<BareHost> {
  return createLibp2p({ ...(await baseOf(settings, nearby)) })
}

export async function createMemberHost(
  settings: HostSettings,
  attendance: Attendance,
  nearby?: (part: PeerDiscovery) => void,
): Promise<MemberHost> {
  return createLibp2p({
    ...(await baseOf(settings, nearby)),
    services: {
      // Named one by one: each service sees the gated registrar instead of libp2p's.
      identify: (parts) =>
        identify({ runOnConnectionOpen: false })({
          peerId: parts.peerId,
          privateKey: parts.privateKey,
          peerStore: parts.peerStore,
          addressManager: parts.addressManager,
          events: parts.events,
          logger: parts.logger,
          nodeInfo: parts.nodeInfo,
          registrar: attendance.registrar(parts.registrar),
        }),
      ping: (parts) =>
        ping({ maxInboundStreams: PING_STREAMS_MAX, maxOutboundStreams: PING_STREAMS_MAX })({
          connectionManager: parts.connectionManager,
          registrar: attendance.registrar(parts.registrar),
        }),
      gossip: (parts) =>
        createPubsub({
          peerId: parts.peerId,
          privateKey: parts.privateKey,
          peerStore: parts.peerStore,
          connectionManager: parts.connectionManager,
          logger: parts.logger,
          registrar: attendance.registrar(parts.registrar),
        }),
    },
  })
}

/** Starts the host, or throws LISTEN_FAILED with every address that cannot be had. */
export async function startHost(host: Libp2p, listen: readonly string[]): Promise<void> {
  try {
    await host.start()
  } catch (cause) {
    throw new MyceliumError('LISTEN_FAILED', listenFailure(messageOf(cause), listen), {
      cause,
      details: { listen: [...listen] },
    })
  }
}

function listenFailure(text: string, listen: readonly string[]): string {
  const ports = new Set(
    listen.flatMap((address) => /\/(?:tcp|udp)\/(\d+)/.exec(address)?.[1] ?? []),
  )
  return text.includes('EADDRINUSE')
    ? `Another program listens on this node’s mesh port (${[...ports].join(', ')}): end it, or choose another: listen under [network] in config.toml, or --listen.`
    : `The mesh cannot listen on its addresses (${listen.join(', ')}): choose others: listen under [network] in config.toml, or --listen.`
}

async function baseOf(
  settings: HostSettings,
  nearby?: (part: PeerDiscovery) => void,
): Promise<Omit<Libp2pOptions, 'services'>> {
  const { keySeed, listen, announce, connectionsMax, guard, logger } = settings
  const wantsQuic = listen.length === 0 || listen.some((text) => isQuic(multiaddr(text)))
  const quic = wantsQuic ? await loadQuic(logger) : undefined
  const usable = quic ? listen : listen.filter((text) => !isQuic(multiaddr(text)))
  const dialOrder = createDialOrder()
  const tcpLimits = {
    maxConnections: connectionsMax + PENDING_CONNECTIONS_MAX,
    listenOpts: listenOptions(guard),
  }
  return {
    start: false,
    privateKey: await generateKeyPairFromSeed('Ed25519', keySeed),
    nodeInfo: { name: 'mycelium', version: '1', userAgent: 'mycelium' },
    addresses: { listen: [...usable], appendAnnounce: [...announce] },
    transports: quic ? [tcp(tcpLimits), quic] : [tcp(tcpLimits)],
    connectionEncrypters: [corking(createNoise())],
    streamMuxers: [
      yamux({
        keepAliveInterval: KEEP_ALIVE_MS,
        maxInboundStreams: STREAMS_PER_CONNECTION_MAX,
        maxOutboundStreams: STREAMS_PER_CONNECTION_MAX,
        streamOptions: {
          maxStreamWindowSize: STREAM_WINDOW_BYTES_MAX,
          maxReadBufferLength: STREAM_READ_BUFFER_BYTES_MAX,
        },
      }),
    ],
    connectionGater: guard,
    connectionManager: {
      maxConnections: connectionsMax,
      maxIncomingPendingConnections: PENDING_CONNECTIONS_MAX,
      inboundConnectionThreshold: CONNECTIONS_PER_ADDRESS_PER_SECOND_MAX,
      inboundUpgradeTimeout: HANDSHAKE_TIMEOUT_MS,
      inboundStreamProtocolNegotiationTimeout: STREAM_OPEN_TIMEOUT_MS,
      outboundStreamProtocolNegotiationTimeout: STREAM_OPEN_TIMEOUT_MS,
      maxParallelDials: PARALLEL_DIALS_MAX,
      maxDialQueueLength: DIAL_QUEUE_MAX,
      dialTimeout: DIAL_TIMEOUT_MS,
      addressDialTimeout: DIAL_ADDRESS_TIMEOUT_MS,
      addressSorter: (a, b) => dialOrder(a.multiaddr, b.multiaddr),
    },
    // Membership probes its peers; libp2p's own ping of every connection would double the traffic.
    connectionMonitor: { enabled: false },
    peerDiscovery: nearby ? [mdnsPart(nearby)] : [],
  }
}

/** libp2p hands these to Node's server as they are, and its type names only some of them. */
function listenOptions({ doorstep }: Guard) {
  return { noDelay: true, blockList: doorstep }
}

/** QUIC comes as a native module; where it does not load the node goes on with TCP alone. */
async function loadQuic(logger: Logger) {
  try {
    const { quic } = await import('@chainsafe/libp2p-quic')
    return quic({
      handshakeTimeout: DIAL_ADDRESS_TIMEOUT_MS,
      keepAliveInterval: QUIC_KEEP_ALIVE_MS,
      maxIdleTimeout: QUIC_SILENCE_MS,
      maxConcurrentStreamLimit: STREAMS_PER_CONNECTION_MAX,
    })
  } catch (error) {
    logger.warn('QUIC is not available on this machine; TCP carries everything.', {
      reason: messageOf(error),
    })
    return undefined
  }
}

function mdnsPart(receive: (part: PeerDiscovery) => void) {
  return (components: Parameters<ReturnType<typeof mdns>>[0]): PeerDiscovery => {
    const part = mdns({ serviceTag: NEARBY_SERVICE_TAG, interval: NEARBY_ASK_IDLE_MS })(components)
    receive(part)
    return part
  }
}
