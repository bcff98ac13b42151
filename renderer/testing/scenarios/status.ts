import type { Status } from '../../../node-core/api/contract/index.ts'
import { idOf, minutesAgo } from '../shapes.ts'

export function makeStatus(part: Partial<Status> = {}): Status {
  return {
    node: {
      id: idOf('attic'),
      name: 'attic',
      peerId: '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
      did: 'did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw',
      owner: { id: 'did:key:z6MkAda', name: 'Ada' },
      permissions: ['admin', 'invite', 'deploy', 'use'],
      addresses: ['/ip4/192.168.1.20/tcp/4000', '/ip4/192.168.1.20/udp/4000/quic-v1'],
      labels: { disk: 'fast', place: 'home' },
      kinds: [
        { kind: 'container', ok: true },
        { kind: 'process', ok: true },
      ],
      home: '~/.mycelium',
    },
    network: {
      id: idOf('Elm Street'),
      name: 'Elm Street',
      consensus: 'raft',
      createdAt: minutesAgo(9_000),
    },
    role: 'sclerotia',
    peers: 5,
    uptimeSeconds: 187_260,
    versions: { mycelium: '0.1.0', node: '24.21.0' },
    discoveryTier: 'latent',
    edge: 'http://127.0.0.1:8080',
    tls: { port: 8443, zones: ['elm-street.localhost', 'elm-street.internal'] },
    api: 'http://127.0.0.1:7780',
    degraded: [],
    ...(part.primary && { backbone: 'dedicated' }),
    ...part,
  }
}

/** Three keep the registry, one of them led here. */
export function primaryOf(part: Partial<NonNullable<Status['primary']>> = {}) {
  return {
    ...{
      role: 'leader' as const,
      inForce: true,
      learners: [],
      mayFail: 1,
      term: 7,
      height: 48_213,
    },
    ...{ voters: ['attic', 'ben-workshop', 'lab-server'].map(idOf), leader: idOf('attic') },
    ...{ leaderName: 'attic', ...part },
  }
}
