/**
 * From one era to the next, of a node that may hold a copy: it founds the next one on what it has, or
 * gives up what was overruled. A crash anywhere in it is made good by the next start.
 */

import type { RegistryView } from '../registry/index.ts'
import type { CommitteeStatement } from '../succession/index.ts'
import type { Ending, EraBook } from './era-book.ts'
import { failure } from './failures.ts'
import {
  dropBasis,
  type FollowedCopy,
  keepBasis,
  readBasis,
  statementOnFollowed,
} from './followed-copy.ts'
import type { LogName } from './log-name.ts'
import {
  foundOnFollowed,
  foundOnLog,
  giveUp,
  goesOnHere,
  type OverrulingDeps,
} from './overruling.ts'
import { readCopy, type SalvagedCopy, type Signed, statementOn } from './salvaging.ts'
import { hasLog, logsLeft, readStanding, writeStanding } from './standing.ts'

/** The log counts, in use or set aside, or what was followed. */
export type Basis = 'log' | 'followed'

/** The copy that is to go on. */
export interface Overruling {
  view: RegistryView
  statement(of: Signed): CommitteeStatement
}

export interface NewEraDeps extends OverrulingDeps {
  eras: EraBook
  /** The copy that this node follows: it stands still once it is taken, until it is released. */
  followed: { take(): Promise<FollowedCopy | undefined>; release(): Promise<void> }
  /** Whether the copy here is in use. */
  isOpen(): boolean
  close(): Promise<void>
  open(): Promise<void>
  /** What was decided about the copy before is of an era that has ended. */
  forget(): void
  /** Looks again what there is to be done. */
  decide(): Promise<void>
  /** The era has begun and could not be carried out here, which is tried again. What is to be thrown. */
  putOff(error: unknown): Promise<Error>
  changed(): void
}

export interface NewEra {
  /** The era of the copy that was held is over. */
  overruled(name: LogName, ending: Ending): Promise<void>
  /** Logs of eras that have ended, of which no standing tells: what they held beyond is told. */
  giveUpLeft(ending: Ending): Promise<void>
  /** As `ReplicaKeeper.found`. */
  found(basis: Basis, prepare: (copy: Overruling) => Promise<Ending>): Promise<void>
  /** False where no mandate says that this node goes on from what it followed, or it did already. */
  goOnFollowed(ending: Ending | undefined, held: LogName | undefined): Promise<boolean>
  /** What a mandate was carried out from, or never will be. */
  tidy(): Promise<void>
}

export function createNewEra(deps: NewEraDeps): NewEra {
  const { disk, eras, self } = deps

  /** What it goes on from is on disk before the mandate counts: `goOnFollowed` does the rest. */
  async function foundFollowed(prepare: (copy: Overruling) => Promise<Ending>): Promise<void> {
    const { take, release } = deps.followed
    const copy = await take()
    if (!copy)
      throw failure('NOT_RUNNING', 'This node holds no copy of the registry to go on from.')
    try {
      await keepBasis(disk, copy)
      const { view } = copy
      await eras.begin(await prepare({ view, statement: (of) => statementOnFollowed(copy, of) }))
    } catch (error) {
      await release()
      throw error
    }
    await carriedOut(deps.decide)
  }

  /** The mandate counts by now, and others have heard of it: there is no way back to the log before. */
  async function carriedOut(run: () => Promise<void>): Promise<void> {
    try {
      await run()
    } catch (error) {
      throw await deps.putOff(error)
    }
  }

  return {
    async overruled(name, ending) {
      await deps.close()
      deps.forget()
      if (goesOnHere(ending, self) && !ending.ended.followed) {
        // Cut short by a crash after it was decided.
        const copy = await readCopy(deps, name)
        await foundOnLog(deps, copy, ending, { from: name, to: eras.log() })
        await deps.open()
        return
      }
      await giveUp(deps, name, ending)
      eras.tell(true)
      deps.changed()
    },
    async giveUpLeft(ending) {
      // One that goes on here has left what it went on from, if anything.
      if (goesOnHere(ending, self)) return
      for (const name of await logsLeft(disk, eras.log())) {
        await deps.close()
        deps.forget()
        await giveUp(deps, name, ending)
        if (ending.ended.voters.includes(self)) eras.tell(true)
        deps.changed()
      }
    },
    async found(basis, prepare) {
      const from = eras.log()
      const isOpen = deps.isOpen()
      const isByLog = isOpen || (basis === 'log' && (await hasLog(disk, from)))
      if (!isByLog) return foundFollowed(prepare)
      await deps.close()
      // Should this be cut short, it is still known not to vote as what it is now.
      if (!isOpen) await writeStanding(disk, 'stale', { log: from })
      let copy: SalvagedCopy
      let ending: Ending
      try {
        copy = await readCopy(deps, from)
        const { view } = copy.registry
        ending = await prepare({ view, statement: (of) => statementOn(copy, of) })
        await eras.begin(ending)
      } catch (error) {
        await deps.open()
        throw error
      }
      await carriedOut(() => foundOnLog(deps, copy, ending, { from, to: eras.log() }))
      await deps.open()
    },
    async goOnFollowed(ending, held) {
      const to = eras.log()
      if (!ending || held === to || !goesOnHere(ending, self)) return false
      const state = await readBasis(disk, ending)
      if (!state) return false
      await deps.close()
      deps.forget()
      await foundOnFollowed(deps, state, ending, { from: held, to })
      await deps.open()
      return true
    },
    async tidy() {
      if (!eras.isKnown()) return
      const { standing, log } = await readStanding(disk)
      const ending = eras.ending()
      const isDone = standing === 'holding' && log === eras.log()
      if (isDone || !ending || !goesOnHere(ending, self)) await dropBasis(disk)
    },
  }
}
