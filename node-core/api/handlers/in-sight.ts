/** What counts of what nodes told, for whoever asks now. */
import type { Instance } from '../../work/spec/index.ts'
import type { NetworkParts } from './index.ts'

/** Nobody has heard of its node for a while; it may still run there. */
export function isLost({ membership }: NetworkParts, { node }: Pick<Instance, 'node'>): boolean {
  const liveness = membership.get(node)?.liveness
  return liveness !== 'alive' && liveness !== 'suspect'
}

export function instancesInSight(parts: NetworkParts): Instance[] {
  return parts.placementInput().instances.filter((one) => !isLost(parts, one))
}
