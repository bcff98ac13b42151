/** Networks, members and meshes for tests: real keys and certificates, real libp2p on loopback. */
import { type Clock, createSystemClock } from '../../../base/clock/index.ts'
import { createSilentLogger, type Logger } from '../../../base/log/index.ts'
import { createSeededRandom, createSystemRandom } from '../../../base/random/index.ts'
import {
  encodeCredential,
  type FoundedNetwork,
  foundNetwork,
  generateKey,
  issueMembership,
  issueNodeCertificate,
  type KeyPair,
  type OwnerId,
  ownerIdOf,
  verifyCredential,
} from '../../../identity/index.ts'
import { createMesh, type Mesh, type MeshOptions } from '../index.ts'

const random = createSeededRandom(20_261_120)

export interface TestNetwork {
  network: FoundedNetwork
  founder: KeyPair
}

export interface TestMember {
  nodeKey: KeyPair
  owner: KeyPair
  ownerId: OwnerId
  credential: Uint8Array
}

export function makeNetwork(name = 'Home'): TestNetwork {
  const founder = generateKey(random)
  const createdAt = '2026-11-20T12:00:00.000Z'
  return { network: foundNetwork(founder, { name, consensus: 'raft', createdAt }, random), founder }
}

export function makeMember({ network, founder }: TestNetwork, nowMs = Date.now()): TestMember {
  const nodeKey = generateKey(random)
  const owner = generateKey(random)
  const request = {
    owner: owner.publicKey,
    ownerName: 'Someone',
    permissions: ['use'] as const,
    nowMs,
  }
  const credential = encodeCredential({
    node: issueNodeCertificate(owner, network.id, { node: nodeKey.publicKey, nowMs }),
    membership: [issueMembership(founder, network.id, request, random)],
  })
  return { nodeKey, owner, ownerId: ownerIdOf(owner.publicKey), credential }
}

export interface TestMeshOptions extends Partial<MeshOptions> {
  removed?: ReadonlySet<OwnerId>
  logger?: Logger
  /** What the wall clock of this node is off by. */
  wallOffsetMs?: number
  /** Rhythms of this node (of ten seconds, and more than twenty) run so many times faster; timeouts do not. */
  haste?: number
}

export function makeMesh(
  { network }: TestNetwork,
  member: TestMember,
  { removed, logger, wallOffsetMs = 0, haste = 1, ...options }: TestMeshOptions = {},
): Mesh {
  const system = createSystemClock()
  const clock: Clock = {
    wallMs: () => system.wallMs() + wallOffsetMs,
    monotonicMs: () => system.monotonicMs(),
    uptimeMs: () => system.uptimeMs(),
    timer: (delayMs, fn) => system.timer(isRhythm(delayMs) ? delayMs / haste : delayMs, fn),
  }
  const isRemoved = (owner: OwnerId): boolean => removed?.has(owner) ?? false
  return createMesh(
    {
      nodeKey: member.nodeKey,
      networkId: network.id,
      credential: () => member.credential,
      verify: (credential) =>
        verifyCredential(credential, { network, nowMs: clock.wallMs(), isRemoved }),
      isTrusted: ({ ownerId }) => !isRemoved(ownerId),
      clock,
      random: createSystemRandom(),
      logger: logger ?? createSilentLogger(),
    },
    { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, ...options },
  )
}

const isRhythm = (delayMs: number): boolean => delayMs === 10_000 || delayMs > 20_000

/** Waits until `holds` is true, trying again whenever a little time has passed. */
export async function until(holds: () => boolean, withinMs = 15_000): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`Not within ${withinMs} ms: ${holds}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** Meshes of one network, started, each connected to each. */
export async function startTogether(meshes: readonly Mesh[]): Promise<void> {
  for (const [index, mesh] of meshes.entries()) {
    await mesh.start()
    for (const earlier of meshes.slice(0, index)) {
      const [address] = earlier.addresses()
      if (address === undefined) throw new Error('The mesh listens nowhere.')
      await mesh.connect(address)
    }
  }
  await until(() => meshes.every((mesh) => mesh.peers().length === meshes.length - 1))
}
