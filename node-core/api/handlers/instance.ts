/** The operations of one instance's door: keys and secrets of its own namespace, and what it is. */
import type { Duplex } from 'node:stream'
import { implement } from '@orpc/server'
import type { Clock } from '../../base/clock/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { shortForm } from '../../control/registry/index.ts'
import type { Lead } from '../../work/naming/index.ts'
import type { Secrets } from '../../work/secrets/index.ts'
import { instanceContract, type OwnConfig } from '../contract/index.ts'
import { failure, toFailure } from './failures.ts'
import { createKeyCalls, type KeyCalls } from './key-calls.ts'
import type { KeyDeps, KeyPrimary } from './keys.ts'
import { keysByOwner } from './keys-by-owner.ts'
import { kvHandlers } from './kv.ts'
import { leaseHandlers } from './leases.ts'
import { lockHandlers } from './locks.ts'
import { firstPart, type OwnNames } from './own-names.ts'
import { outside, withinNamespace } from './own-namespace.ts'

/**
 * Whose the namespace is by now: the workload's owner's; nobody's yet, so that it would become that of
 * this node's owner; somebody else's; or not known, while this node's copy of the registry is not there.
 */
export type Standing = 'own' | 'free' | 'foreign' | 'unknown'

export type SecretOpener = Pick<Secrets, 'open'>

/** How an instance finds other workloads. */
export interface InstanceNames {
  /** What its names lead to, at once and whenever that changes, until the signal. */
  watch(signal: AbortSignal | undefined): AsyncIterable<readonly Lead[]>
  /**
   * To a port behind one of its names. Throws USE_UNDECLARED, USE_LEADS_NOWHERE, NO_ENDPOINT; that also
   * once the signal says that nobody waits for it.
   */
  connect(as: string, port: number, options?: { signal?: AbortSignal }): Promise<Duplex>
}

export interface InstanceOperationsDeps {
  /** Its workload's name. */
  namespace: string
  primary: KeyPrimary
  secrets: SecretOpener
  standing(): Standing
  self(): OwnConfig
  names: InstanceNames
  clock: Clock
  logger: Logger
}

export function createInstanceOperations(deps: InstanceOperationsDeps): InstanceOperations {
  const within = withinNamespace(deps.primary, deps.namespace, () => requireOwn(deps))
  const own = keysByOwner(within, namesOf(deps))
  const keys = { primary: () => own, clock: deps.clock, logger: deps.logger }
  const { names } = deps
  return { router: createRouter(deps, keys), keys: createKeyCalls(keys), connect: names.connect }
}

function createRouter(deps: InstanceOperationsDeps, keys: KeyDeps) {
  const build = implement(instanceContract).use(async ({ next }) => {
    try {
      return await next()
    } catch (error) {
      throw toFailure(error, deps.logger)
    }
  })
  return build.router({
    self: {
      show: build.self.show.handler(() => deps.self()),
      uses: build.self.uses.handler(async function* ({ signal }) {
        for await (const leads of deps.names.watch(signal)) yield [...leads]
      }),
    },
    secrets: {
      open: build.secrets.open.handler(({ input: { name } }) => {
        requireOwn(deps)
        const kept = firstPart(name, namesOf(deps).meant)
        if (!kept.startsWith(`${deps.namespace}/`)) throw outside(deps.namespace)
        const { version, value } = deps.secrets.open(kept)
        return { name, version, value: Buffer.from(value).toString('base64') }
      }),
    },
    kv: kvHandlers(build, keys),
    leases: leaseHandlers(build, keys),
    locks: lockHandlers(build, keys),
  })
}

/** The program may have been written by the short name, whichever its owner has (docs/adr/0048). */
function namesOf({ namespace }: InstanceOperationsDeps): Omit<OwnNames, 'there' | 'long'> {
  const short = shortForm(namespace)
  const meant = (said: string): string => (said === short ? namespace : said)
  return { meant, toWrite: meant, own: () => undefined, mayWrite: () => true }
}

type InstanceRouter = ReturnType<typeof createRouter>

export interface InstanceOperations {
  router: InstanceRouter
  /** Keys by the short way. */
  keys: KeyCalls
  connect: InstanceNames['connect']
}

function requireOwn({ standing: ask, namespace }: InstanceOperationsDeps): void {
  const standing = ask()
  if (standing === 'own') return
  if (standing === 'unknown') {
    throw failure('UNAVAILABLE', 'This node has no copy of the registry yet. Try again.')
  }
  throw failure('FORBIDDEN', REFUSED[standing], { reason: 'NAME_TAKEN', namespace })
}

const REFUSED = {
  foreign: 'The name of this workload is another owner’s in the registry.',
  free: 'The registry does not hold the name of this workload yet, and its owner alone may take it.',
}
