/** What a node owes the committee before it leaves the network. */
import type { Reason } from './api/handlers/index.ts'
import { type Clock, sleep } from './base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from './base/errors/index.ts'
import type { NetworkSide } from './network-side.ts'
import type { PrimarySide } from './primary-side.ts'
import type { RuntimeDeps } from './runtime-deps.ts'

/**
 * Those who stay must not wait for a vote that never comes. The last voter hands its registry over,
 * and does not take it along from others without being told to. Nor does a voter take its copy along
 * while no majority is in reach: it may be the one that the others recover from.
 */
export async function leaveCommittee(
  { primary }: Pick<PrimarySide, 'primary'>,
  side: Pick<NetworkSide, 'mesh' | 'membership' | 'isRemoved'>,
  { logger }: Pick<RuntimeDeps, 'logger'>,
): Promise<void> {
  if (primary.status().role === 'none') return
  const { self } = side.mesh
  try {
    await primary.change('withdraw', self)
  } catch (error) {
    // A removed owner's node is heard by nobody, and what it holds is nobody's to recover from.
    const isMissed = !side.isRemoved() && hasOthers(primary, side.membership, self)
    for (const [code, message] of isMissed ? REFUSED : []) {
      if (isCode(error, code)) throw new MyceliumError(code, message, { cause: error })
    }
    logger.warn('could not leave the committee', { why: messageOf(error) })
  }
}

/**
 * The registry counts this computer no more, by its own word. What cannot be told now is never told: the
 * answer says what stays as it was; undefined where nothing does.
 *
 * @param waits For a majority to come into reach: not where it was just found that there is none.
 */
export async function leaveRegistry(
  { primary }: Pick<PrimarySide, 'primary'>,
  { mesh, membership, isRemoved }: Pick<NetworkSide, 'mesh' | 'membership' | 'isRemoved'>,
  { clock, logger }: Pick<RuntimeDeps, 'clock' | 'logger'>,
  { waits }: { waits: boolean } = { waits: true },
): Promise<Reason | undefined> {
  const { committee } = primary.status()
  if (isRemoved() || !hasOthers(primary, membership, mesh.self)) return undefined
  if (mesh.connected().length === 0) return notHeard('No other computer was in reach')
  const view = primary.view()
  const isUnknown = view !== undefined && view.node(mesh.self) === undefined
  if (!committee || isUnknown) return undefined
  if (!(await comesInForce(primary, clock, waits ? HANDED_OVER_MS : 0)))
    return stillRegistered('No majority of the committee is in reach.')
  try {
    await primary.leave({ signal: AbortSignal.timeout(LEAVE_REGISTRY_MS) })
    return undefined
  } catch (error) {
    logger.warn('could not tell the registry that this computer leaves', { why: messageOf(error) })
    return stillRegistered(isCode(error, 'UNKNOWN_KIND') ? messageOf(error) : NO_ANSWER)
  }
}

/** Who has just handed the registry over has yet to hear of those who keep it now. */
async function comesInForce(
  primary: PrimarySide['primary'],
  clock: Clock,
  waitMs: number,
): Promise<boolean> {
  const untilMs = clock.monotonicMs() + waitMs
  while (!primary.status().inForce) {
    if (clock.monotonicMs() >= untilMs) return false
    await sleep(clock, LOOK_MS)
  }
  return true
}

/** Milliseconds. */
const HANDED_OVER_MS = 5_000
const LOOK_MS = 100
/** How long the registry has to take it up. Milliseconds. */
const LEAVE_REGISTRY_MS = 10_000

/** What stays as it was where nobody could be told, and why that was. */
export function notHeard(why: string): Reason {
  const message =
    `${why}, so no other computer knows that this one has left: they list it as out of sight, and it ` +
    'counts as its owner’s, until it joins again from this home and leaves in their sight, or an ' +
    'admin removes its owner.'
  return { code: 'NOT_HEARD', message }
}

const NO_ANSWER = 'It did not answer in time.'

function stillRegistered(why: string): Reason {
  const message =
    'The others list this computer no more, but the registry could not be told: there its key stays one ' +
    `of its owner’s, until it joins again from this home and leaves, or an admin removes its owner. ${why}`
  return { code: 'STILL_REGISTERED', message }
}

/** Those who are off or out of sight too, but for those who left for good. */
function hasOthers(
  primary: PrimarySide['primary'],
  membership: Pick<NetworkSide['membership'], 'list'>,
  self: string,
): boolean {
  const said = membership.list()
  if (said.some(({ id, gone }) => id !== self && !gone)) return true
  const gone = new Set<string>(said.flatMap((one) => (one.gone ? [one.id] : [])))
  // Whoever was away for long is remembered by the registry alone.
  const registered = primary.view()?.nodes({ limit: Number.MAX_SAFE_INTEGER }) ?? []
  return registered.some(([id, { removed }]) => id !== self && !removed && !gone.has(id))
}

const REFUSED = [
  [
    'LAST_VOTER',
    'This computer alone keeps the registry of the network, and no other one is there that could take ' +
      'it over: the keys and values of all would go with it. To leave all the same: --force.',
  ],
  [
    'NO_QUORUM',
    'No majority of the committee is in reach, so this computer cannot give its vote back: the others ' +
      'would wait for it, and a copy of the registry that they may need would go with it. ' +
      'To leave all the same: --force.',
  ],
  [
    'NOT_CAUGHT_UP',
    'The committee has not gone over to those who stay yet: whoever is to take this computer’s place ' +
      'still learns. Try again in a moment.',
  ],
] as const
