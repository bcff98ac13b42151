/** What a node does about its owner's removal: says so once, and shows it for as long as it lasts. */
import type { NamedPart } from './base/lifecycle/index.ts'
import type { Logger } from './base/log/index.ts'
import type { Primary } from './control/primary/index.ts'
import type { SharedState } from './control/state/index.ts'
import type { OwnerId } from './identity/index.ts'
import type { MemberRecords } from './network/admission/index.ts'

export interface RemovalDeps {
  owner: OwnerId
  records: Pick<MemberRecords, 'isRemoved'>
  state: Pick<SharedState, 'subscribe'>
  primary(): Pick<Primary, 'subscribe'>
  logger: Logger
}

export const REMOVED = {
  code: 'MEMBER_REMOVED',
  message:
    "This computer's owner was removed from the network by an admin, for good. The others refuse " +
    'it; what it ran was ended or is no longer routed. Leave the network to join another.',
}

/** By the word of those who refuse it and tell it nothing else: it holds no record of it. */
export const TURNED_AWAY = {
  code: 'TURNED_AWAY',
  message:
    'The computers of this network that were reached refuse this one: they say that its owner was removed. ' +
    'Ask an admin if that was meant. If it was, leave the network to join another.',
}

/** Starts after the state, whose records it looks at. */
export function watchRemoval({ owner, records, state, primary, logger }: RemovalDeps): NamedPart {
  let told = false
  let stopWatching: (() => void)[] = []
  const look = (): void => {
    if (told || !records.isRemoved(owner)) return
    told = true
    logger.warn(REMOVED.message, { code: REMOVED.code })
  }
  return {
    name: 'removal',
    part: {
      async start() {
        if (stopWatching.length > 0) return
        stopWatching = [state.subscribe('net/', look), primary().subscribe(look)]
        look()
      },
      async stop() {
        for (const stop of stopWatching.splice(0)) stop()
      },
    },
  }
}
