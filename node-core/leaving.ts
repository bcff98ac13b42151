/** What a node owes the committee before it leaves the network. */
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
