/**
 * One registry that everybody sees at once, without consensus: for tests of parts that write to the
 * Primary and read their copy.
 */
import { MyceliumError } from '../../../base/errors/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { FoundedNetwork, Signer } from '../../../identity/index.ts'
import type { LogIndex } from '../../consensus/index.ts'
import {
  type Command,
  createRegistry,
  isVerified,
  openBatch,
  type RegistryView,
  sealBatch,
} from '../../registry/index.ts'
import type { Primary, PrimaryStatus } from '../index.ts'

export interface OneRegistry {
  readonly view: RegistryView
  /** False: no quorum is in reach of anybody. Set by tests. */
  inForce: boolean
  /** What batches say the time is. Set by tests. */
  nowMs: number
  /** Throws the code of a refusal. */
  execute(signer: Signer, command: Command): unknown
  /** As the node with that key has it. */
  primaryOf(signer: Signer): TestPrimary
}

export type TestPrimary = Pick<Primary, 'view' | 'execute' | 'subscribe'> & {
  status(): Pick<PrimaryStatus, 'committee' | 'inForce' | 'role' | 'caughtUp'>
}

export function createOneRegistry(
  network: FoundedNetwork,
  voters: readonly NodeId[] = [],
): OneRegistry {
  const registry = createRegistry({ network, voters })
  const { view } = registry
  const listeners = new Set<() => void>()
  let number = 0

  function execute(signer: Signer, command: Command) {
    number++
    const head = { incarnation: 1, first: number, settled: number - 1, timeMs: one.nowMs }
    const batch = openBatch(network, sealBatch(signer, network.id, head, [command]))
    if (!isVerified(batch)) throw new Error(batch.code)
    const outcome = registry.apply(number as LogIndex, [batch]).outcomes[0]?.[0]
    for (const listener of [...listeners]) listener()
    if (outcome?.ok) return outcome.value
    throw new MyceliumError(outcome?.code ?? 'NO_QUORUM', 'Refused.')
  }

  const one: OneRegistry = {
    ...{ view, inForce: true, nowMs: 0, execute },
    primaryOf: (signer) => ({
      view: () => view,
      status: () => ({
        ...{ role: 'voter', inForce: one.inForce, caughtUp: true },
        committee: { voters: [], learners: [], leader: undefined, term: 1, applied: number },
      }),
      async execute(command) {
        if (!one.inForce) throw new MyceliumError('NO_QUORUM', 'Nobody answers.')
        return execute(signer, command)
      },
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }),
  }
  return one
}
