/**
 * This node makes itself known to the registry as soon as that knows its owner: what is assigned goes to
 * registered nodes alone. Where the copy here tells whether there is anything to do, nobody is asked.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { RegistryView } from '../registry/index.ts'
import { REGISTER_BLIND_MS, REGISTER_LOOK_MS, REGISTER_MS_MAX } from './limits.ts'

export interface Registering {
  start(): void
  /** Whether the copy here says that it is done. */
  isKnown(): boolean
  stop(): void
}

export interface RegisteringDeps {
  self: NodeId
  owner(): OwnerId
  view(): RegistryView | undefined
  hasCommittee(): boolean
  /** False where it is worth another try. */
  register(): Promise<boolean>
  clock: Clock
}

export function createRegistering(deps: RegisteringDeps): Registering {
  const { self, clock } = deps
  let cancel = (): void => {}
  let stopped = false
  let startedMs = 0
  let waitMs = REGISTER_LOOK_MS

  function lookIn(ms: number): void {
    cancel = clock.timer(ms, () => {
      void look().then((isDone) => {
        if (isDone || stopped) return
        lookIn(waitMs)
      })
    })
  }

  async function look(): Promise<boolean> {
    const view = deps.view()
    if (isKnown()) return true
    // A copy mostly comes soon, and tells better.
    const isBlind = clock.monotonicMs() - startedMs >= REGISTER_BLIND_MS
    if (view ? !knowsOwner(view) : !isBlind || !deps.hasCommittee()) return false
    if (await deps.register()) return true
    // Every try is an entry of the log.
    waitMs = Math.min(2 * waitMs, REGISTER_MS_MAX)
    return false
  }

  function isKnown(): boolean {
    return deps.view()?.node(self) !== undefined
  }

  function knowsOwner(view: RegistryView): boolean {
    return typeof view.author({ owner: deps.owner(), node: self }) !== 'string'
  }

  return {
    start() {
      startedMs = clock.monotonicMs()
      lookIn(REGISTER_LOOK_MS)
    },
    isKnown,
    stop() {
      stopped = true
      cancel()
    },
  }
}
