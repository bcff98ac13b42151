/**
 * A node that knows of others is ready once it has met one of them and compared notes, so that whoever
 * asks it next is not told of an empty network. It waits a moment at most: they may all be away.
 */
import { type Clock, sleep } from './base/clock/index.ts'
import type { NamedPart } from './base/lifecycle/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import type { Discovery } from './network/discovery/index.ts'

/** How long a start waits for others at most. Milliseconds. */
const FIRST_CONTACT_MS = 2_000
/** How often it looks. Milliseconds. */
const LOOK_MS = 10

export interface FirstContactDeps {
  discovery: Pick<Discovery, 'hasLeads'>
  state: Pick<ReplicatedState, 'synced'>
  clock: Clock
}

/** Starts after discovery, and waits. */
export function firstContact({ discovery, state, clock }: FirstContactDeps): NamedPart {
  return {
    name: 'first contact',
    part: {
      async start() {
        const untilMs = clock.monotonicMs() + FIRST_CONTACT_MS
        while (discovery.hasLeads() && !state.synced && clock.monotonicMs() < untilMs) {
          await sleep(clock, LOOK_MS)
        }
      },
      async stop() {},
    },
  }
}
