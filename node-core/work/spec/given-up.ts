/** Data of a computer that is away, for which nobody waits any more (docs/adr/0033). */
import type { StateRecord } from '../../control/state/index.ts'
import type { KeptVolume } from './index.ts'

/**
 * A setting of the registry: an admin has given up what that node keeps there. Its value is the node's
 * `awayMark` of then, and it holds while the node is away under that same mark.
 */
export function givenUpSetting({ node, id }: Pick<KeptVolume, 'node' | 'id'>): string {
  return `volume/${node}/${id}`
}

/**
 * Of the record `node/<NodeId>/alive`: a node that starts again has another incarnation, and one that comes
 * back into sight another beat, so that what was given up counts again for good.
 */
export function awayMark(alive: Pick<StateRecord, 'incarnation' | 'value'> | undefined): string {
  const { value } = alive ?? {}
  const beat: unknown =
    typeof value === 'object' && value !== null ? Reflect.get(value, 'beat') : ''
  return `${alive?.incarnation ?? 0}.${beat}`
}
