/** Who and what there is in a node of tests. */
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import type { Member } from '../../network/membership/index.ts'
import type { Instance } from '../../work/spec/index.ts'
import type { BundleFacts, MemberFacts } from '../handlers/index.ts'

export const ADA = { node: nodeId('a1'), owner: ownerId('a0'), name: 'ada' }
export const BEN = { node: nodeId('b1'), owner: ownerId('b0'), name: 'ben' }
export const DIGEST = `sha256:${'d'.repeat(64)}`

export function memberOf(
  who: { node: NodeId; owner: OwnerId; name: string },
  change: Partial<Member> = {},
): Member {
  return {
    id: who.node,
    owner: who.owner,
    ownerName: who.name,
    profile: {
      name: who.name,
      role: 'rhizomorph',
      version: '0.0.0',
      addresses: ['/ip4/127.0.0.1/tcp/4000'],
      labels: {},
      kinds: ['container', 'process'],
      capacity: { cpuMillis: 2_000, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 },
    },
    liveness: 'alive',
    cordoned: false,
    draining: false,
    sinceMs: 0,
    ...change,
  }
}

export function ownerFacts(who: typeof ADA, founder: boolean): MemberFacts {
  return {
    owner: who.owner,
    name: who.name,
    state: 'member',
    permissions: founder ? ['admin', 'invite', 'deploy', 'use'] : ['deploy', 'use'],
    founder,
    nodes: [who.node],
    since: '2026-11-20T00:00:00.000Z',
  }
}

export function bundleFacts(change: Partial<BundleFacts> = {}): BundleFacts {
  return {
    digest: DIGEST,
    name: 'greeter',
    version: '1.0.0',
    publisher: 'f'.repeat(64),
    trusted: true,
    sizeBytes: 10,
    ...change,
  }
}

export function instanceFacts(change: Partial<Instance> = {}): Instance {
  return {
    id: 'web-0-abcdef',
    workload: 'web',
    index: 0,
    generation: 1,
    node: ADA.node,
    status: 'Running',
    health: 'healthy',
    ports: { '80': 49_153 },
    startedAt: '2026-11-20T00:00:00.000Z',
    restarts: 0,
    ...change,
  }
}

function nodeId(prefix: string): NodeId {
  return parseNodeId(prefix.padEnd(64, '0')) ?? never()
}
function ownerId(prefix: string): OwnerId {
  return parseOwnerId(prefix.padEnd(64, '0')) ?? never()
}
export function never(): never {
  throw new Error('A test id is malformed.')
}
