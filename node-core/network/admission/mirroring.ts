/**
 * A node of an admin writes what the registry has decided of owners into the shared state, where that says
 * otherwise: who has no copy of the registry, and who judges records, goes by what is there.
 */
import type { Clock } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { allRows, type Page, type RegistryView, type Rows } from '../../control/registry/index.ts'
import { type OwnerId, type Permission, parseOwnerId } from '../../identity/index.ts'
import { type OwnersRegistry, sortedPermissions } from './committed.ts'
import { MEMBER_PREFIX, REMOVED_PREFIX } from './entries.ts'
import type { AdmissionState } from './index.ts'
import { MIRROR_LEADER_MS, MIRROR_MS } from './limits.ts'
import type { MemberRecords } from './member-records.ts'

export interface MirroringDeps {
  registry(): OwnersRegistry | undefined
  state: Pick<AdmissionState, 'subscribe'>
  /** By the shared state alone. */
  told: MemberRecords
  isAdmin(): boolean
  /** Into the shared state. */
  grant(owner: OwnerId, permissions: readonly Permission[]): Promise<void>
  remove(owner: OwnerId): Promise<void>
  clock: Clock
  logger: Logger
}

export interface Mirroring {
  start(): void
  stop(): Promise<void>
}

export function createMirroring(deps: MirroringDeps): Mirroring {
  const { told, clock, logger } = deps
  let ends: (() => void)[] = []
  let cancel: (() => void) | undefined
  let seen: readonly object[] = []
  let busy: Promise<void> = Promise.resolve()

  /** Cheap where nothing of interest changed: keys are written thousands of times a second. */
  function onCopyMoved(): void {
    const view = deps.registry()?.view()
    if (!view) return
    const marks = (['members', 'removed'] as const).map((table) => view.markOf(table))
    if (marks.every((mark, at) => mark === seen[at])) return
    seen = marks
    lookSoon()
  }

  /** Whoever decided it writes it itself, at once; and a copy that lags has time to come. */
  function lookSoon(): void {
    if (cancel || ends.length === 0) return
    const leads = deps.registry()?.status().role === 'leader'
    cancel = clock.timer(leads ? MIRROR_LEADER_MS : MIRROR_MS, () => {
      cancel = undefined
      busy = busy.then(look).catch((error: unknown) => {
        logger.error('Owners could not be compared with the registry.', {
          error: messageOf(error),
        })
      })
    })
  }

  async function look(): Promise<void> {
    const registry = deps.registry()
    const view = registry?.view()
    if (!view || !registry?.status().inForce || !deps.isAdmin()) return
    for (const [owner, permissions] of grantsToMirror(view)) {
      const said = told.member(owner)?.permissions
      logger.warn('The shared state says otherwise than the registry of an owner, and gives way.', {
        ...{ owner, said, committed: permissions },
      })
      await attempt(() => deps.grant(owner, permissions))
    }
    for (const owner of removalsToMirror(view)) {
      logger.info('A removal goes from the registry into the shared state.', { owner })
      await attempt(() => deps.remove(owner))
    }
  }

  function grantsToMirror(view: RegistryView): [OwnerId, readonly Permission[]][] {
    return ownersOf((page) => view.members(page)).flatMap(([owner, row]) => {
      const entry = told.isRemoved(owner) ? undefined : told.member(owner)
      const isOther =
        entry && sortedPermissions(entry.permissions).join() !== row.permissions.join()
      return isOther ? [[owner, row.permissions] as [OwnerId, readonly Permission[]]] : []
    })
  }

  function removalsToMirror(view: RegistryView): OwnerId[] {
    return ownersOf((page) => view.removals(page)).flatMap(([owner]) => {
      return told.isMember(owner) ? [owner] : []
    })
  }

  /** About an admin only a founder's node may; it does. */
  async function attempt(write: () => Promise<void>): Promise<void> {
    try {
      await write()
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('An owner was not written into the shared state.', { code: error.code })
    }
  }

  return {
    start() {
      const registry = deps.registry()
      if (ends.length > 0 || !registry) return
      ends = [
        registry.subscribe(onCopyMoved),
        deps.state.subscribe(MEMBER_PREFIX, lookSoon),
        deps.state.subscribe(REMOVED_PREFIX, lookSoon),
      ]
      onCopyMoved()
    },
    async stop() {
      for (const end of ends.splice(0)) end()
      cancel?.()
      cancel = undefined
      await busy
    },
  }
}

function ownersOf<Row>(list: (page: Page) => Rows<Row>): [OwnerId, Row][] {
  return allRows(list).flatMap(([key, row]) => {
    const owner = parseOwnerId(key)
    return owner ? [[owner, row] as [OwnerId, Row]] : []
  })
}
