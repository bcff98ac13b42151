import { ORPCError } from '@orpc/server'
import { idOf, makeNode } from '../shapes.ts'
import { type Fake, os } from './fake.ts'
import { SAYS } from './says.ts'

const OWNER_FILE = `-----BEGIN MYCELIUM OWNER KEY-----\nAB\n-----END MYCELIUM OWNER KEY-----\n`

const health = () => ({ status: 'ok' as const, version: '0.1.0', node: 'attic' })

/** This computer, and its way into a network and out of it. */
export function nodeOf(fake: Fake) {
  const { scenario, emit } = fake
  return {
    node: {
      health: os.node.health.handler(health),
      livez: os.node.livez.handler(health),
      readyz: os.node.readyz.handler(health),
      status: os.node.status.handler(() => scenario.status),
      change: os.node.change.handler(({ input }) => {
        if (input.name) scenario.status.node.name = input.name
        if (input.role) scenario.status.role = input.role
        if (input.labels) scenario.status.node.labels = input.labels
        return scenario.status
      }),
      stop: os.node.stop.handler(() => ({})),
      debugState: os.node.debugState.handler(() => ({})),
    },
    owner: {
      export: os.owner.export.handler(({ input }) => ({
        ...{ owner: idOf('Ada'), sealed: OWNER_FILE },
        ...(input.passphrase === undefined && { made: 'k7mqz-4h2xd-pw9ts-c6vbn-3gyre' }),
      })),
    },
    network: {
      found: os.network.found.handler(({ input }) =>
        enter(fake, input.networkName, input.nodeName),
      ),
      join: os.network.join.handler(({ input }) => {
        if (input.owner) judge(input.owner)
        return enter(fake, 'Elm Street', input.nodeName)
      }),
      inspectInvite: os.network.inspectInvite.handler(({ input }) => {
        if (!input.invite.startsWith('mycelium://join?')) {
          throw new ORPCError('VALIDATION_ERROR', {
            message: 'This is not an invite of Mycelium.',
          })
        }
        return {
          networkId: idOf('Elm Street'),
          networkName: 'Elm Street',
          issuer: 'Ada',
          permissions: ['deploy' as const, 'use' as const],
          role: 'rhizomorph' as const,
          expiresAt: new Date(Date.now() + 20 * 3_600_000).toISOString(),
          addresses: ['/ip4/192.168.1.20/tcp/4000'],
        }
      }),
      nearby: os.network.nearby.handler(() => ({
        networks: [
          {
            networkId: idOf('Elm Street'),
            name: 'Elm Street',
            nodeName: 'attic',
            address: '/ip4/192.168.1.20/tcp/4000',
            members: 7,
          },
        ],
      })),
      leave: os.network.leave.handler(() => {
        delete scenario.status.network
        delete scenario.status.starting
        delete scenario.status.awaitingApproval
        scenario.status.degraded = []
        emit('network.left', {})
        return {}
      }),
      seed: os.network.seed.handler(() => ({})),
    },
  }
}

/** As a node of somebody who was in a network before. */
function judge({ passphrase, replace }: { passphrase: string; replace: boolean }): void {
  if (passphrase !== 'correct horse battery') {
    throw new ORPCError('FORBIDDEN', {
      ...{ message: SAYS.wrongPassphrase, data: { reason: 'PASSPHRASE_WRONG' } },
    })
  }
  if (replace) return
  throw new ORPCError('CONFLICT', { data: { reason: 'OWNER_KEY_EXISTS' } })
}

function enter({ scenario, emit }: Fake, name: string, nodeName: string | undefined) {
  scenario.status.network = {
    id: idOf(name),
    name,
    consensus: 'raft',
    createdAt: new Date().toISOString(),
  }
  delete scenario.status.awaitingApproval
  if (nodeName) scenario.status.node.name = nodeName
  scenario.nodes = [makeNode({ name: 'attic', self: true, role: 'sclerotia' })]
  emit('network.changed', {})
  return {
    nodeId: scenario.status.node.id,
    peerId: scenario.status.node.peerId,
    did: scenario.status.node.did,
    networkId: idOf(name),
    networkName: name,
    nodeName: scenario.status.node.name,
    admitted: true,
  }
}
