/**
 * This node makes itself known to the registry as soon as that knows its owner: what is assigned goes to
 * registered nodes alone. After that it has the registry hold the role that its owner chose, and which
 * rules it knows if those are newer than the ones in force. Where the copy here tells whether there is anything to do, nobody is asked.
 */
import type { Clock } from '../../base/clock/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { OwnerId, Permission, Role } from '../../identity/index.ts'
import type { Command, RegistryView } from '../registry/index.ts'
import { REGISTER_BLIND_MS, REGISTER_LOOK_MS, REGISTER_MS_MAX, ROLE_LOOK_MS } from './limits.ts'
import { isUntold } from './rules.ts'

export interface Registering {
  start(): void
  /** Whether the copy here says that it is done; undefined where there is none. */
  isKnown(): boolean | undefined
  stop(): void
}

export interface RegisteringDeps {
  self: NodeId
  owner(): OwnerId
  view(): RegistryView | undefined
  hasCommittee(): boolean
  /** Many nodes are coming: they find each other first. */
  isCrowded(): boolean
  /** False where it is worth another try. */
  register(): Promise<boolean>
  /** False where it was not done. */
  execute(command: Command): Promise<boolean>
  permissions(): ReadonlySet<Permission> | undefined
  /** By the owner's choice. */
  role(): Role
  /** The newest rules that this program knows. */
  newest: number
  clock: Clock
}

export function createRegistering(deps: RegisteringDeps): Registering {
  const { self, clock } = deps
  let cancel = (): void => {}
  let stopped = false
  let startedMs = 0
  let waitMs = REGISTER_LOOK_MS
  let registeredMs: number | undefined

  function lookIn(ms: number): void {
    cancel = clock.timer(ms, () => {
      void look().then((isDone) => {
        if (isDone) waitMs = isAwaited() ? REGISTER_LOOK_MS : ROLE_LOOK_MS
        // Every try is an entry of the log.
        else if (isDone === false) waitMs = Math.min(2 * waitMs, REGISTER_MS_MAX)
        if (!stopped) lookIn(waitMs)
      })
    })
  }

  /** Whether all is as it should be; undefined while there is nothing to be tried. */
  async function look(): Promise<boolean | undefined> {
    const view = deps.view()
    const held = view?.node(self)
    if (view && held) {
      registeredMs = undefined
      if (!isChosen(held.role) && !(await deps.execute(roleCommand()))) return false
      return !isUntold(view, self, deps.newest) || deps.execute(supportCommand())
    }
    if (isAwaited()) return true
    if (deps.isCrowded()) return undefined
    // A copy mostly comes soon, and tells better.
    const isBlind = clock.monotonicMs() - startedMs >= REGISTER_BLIND_MS
    if (view ? !knowsOwner(view) : !isBlind || !deps.hasCommittee()) return undefined
    const isDone = await deps.register()
    if (isDone) registeredMs = clock.monotonicMs()
    return isDone
  }

  /** Registered, which the copy here is about to show; what is left to say is said then, and not later. */
  function isAwaited(): boolean {
    return registeredMs !== undefined && clock.monotonicMs() - registeredMs < ROLE_LOOK_MS
  }

  /** What an admin gave stays, unless the owner is one or gives nothing: see `node.role`. */
  function isChosen(held: Role): boolean {
    const chosen = deps.role()
    if (chosen === held || deps.permissions()?.has('admin')) return chosen === held
    return chosen === 'sclerotia' || (chosen === 'rhizomorph' && held === 'sclerotia')
  }

  function roleCommand(): Command {
    return { kind: 'node.role', body: { node: self, role: deps.role() } }
  }

  function supportCommand(): Command {
    return { kind: 'version.support', body: { version: deps.newest } }
  }

  function isKnown(): boolean | undefined {
    const view = deps.view()
    return view && view.node(self) !== undefined
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
