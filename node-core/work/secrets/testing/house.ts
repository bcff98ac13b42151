/** One registry, and nodes of several owners that write to it: what they write is in force at once. */
import type { SimClock } from '../../../base/clock/index.ts'
import { createMemoryLogger } from '../../../base/log/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import { createSeededRandom } from '../../../base/random/index.ts'
import { createOneRegistry } from '../../../control/primary/testing/one-registry.ts'
import { type Command, RELEASE, type RegistryView } from '../../../control/registry/index.ts'
import {
  foundNetwork,
  generateKey,
  issueNodeCertificate,
  type KeyPair,
  type NetworkId,
  nodeIdOf,
  ownerIdOf,
  type Signer,
} from '../../../identity/index.ts'
import { createSecrets, type Secrets, type SecretsDeps } from '../index.ts'

const CREATED_AT = '2026-11-25T12:00:00.000Z'

export interface House {
  readonly network: NetworkId
  readonly founder: KeyPair
  readonly view: RegistryView
  readonly logger: ReturnType<typeof createMemoryLogger>
  /** An owner that may deploy. */
  owner(name: string): KeyPair
  /** A registered node of it. */
  node(owner: KeyPair): Dweller
  /** Throws the code of a refusal. */
  execute(signer: Signer, command: Command): unknown
}

export interface Dweller {
  id: NodeId
  key: KeyPair
  secrets: Secrets
  /** Set by tests: what is thrown in place of a command's outcome. */
  failing: Error | undefined
}

export function createHouse(clock: SimClock): House {
  const random = createSeededRandom(7)
  const founder = generateKey(random)
  const network = foundNetwork(
    founder,
    { name: 'House', consensus: 'raft', createdAt: CREATED_AT },
    random,
  )
  const voter = generateKey(random)
  const registry = createOneRegistry(network, [nodeIdOf(voter.publicKey)])
  const { view, execute } = registry
  const logger = createMemoryLogger()

  function primaryOf(dweller: Pick<Dweller, 'key' | 'failing'>): SecretsDeps['primary'] {
    return {
      ...registry.primaryOf(dweller.key),
      execute: (command) => {
        const { failing, key } = dweller
        return failing ? Promise.reject(failing) : registry.primaryOf(key).execute(command)
      },
    }
  }

  function register(owner: KeyPair, key: KeyPair): void {
    const certified = { node: key.publicKey, nowMs: Date.parse(CREATED_AT) }
    const certificate = issueNodeCertificate(owner, network.id, certified)
    execute(key, { kind: 'node.register', body: { certificate, role: 'rhizomorph' } })
  }

  register(founder, voter)
  const { version } = RELEASE
  execute(voter, { kind: 'version.support', body: { version } })
  execute(voter, { kind: 'version.activate', body: { version } })

  return {
    ...{ network: network.id, founder, view, logger, execute },
    owner(name) {
      const key = generateKey(random)
      const body = { owner: key.publicKey, name, permissions: ['deploy' as const, 'use' as const] }
      execute(founder, { kind: 'member.admit', body })
      return key
    },
    node(owner) {
      const key = generateKey(random)
      register(owner, key)
      const id = nodeIdOf(key.publicKey)
      const dweller: Omit<Dweller, 'secrets'> = { id, key, failing: undefined }
      const secrets = createSecrets({
        ...{ primary: primaryOf(dweller), network: network.id, self: id },
        ...{ owner: ownerIdOf(owner.publicKey), key, clock, random, logger },
      })
      return Object.assign(dweller, { secrets })
    },
  }
}
