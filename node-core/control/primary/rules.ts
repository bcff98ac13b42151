/**
 * The rules that a network goes by rise by themselves (docs/adr/0010): every node says which it knows,
 * and a voter puts the next ones in force once all that would have to stop know them.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { RegistryView } from '../registry/index.ts'

type View = Pick<RegistryView, 'version' | 'supports' | 'node'>

/** Whether the registry is yet to be told that this node knows these. */
export function isUntold(view: View, self: NodeId, newest: number): boolean {
  return newest > Math.max(view.version, view.supports(self))
}

/**
 * What all members of the committee know, and all others that are here; undefined where that is in
 * force. Who is away does not hold the others up: it says what it needs when it comes back.
 */
export function nextRules(
  view: View,
  { newest, members, present }: { newest: number; members: readonly NodeId[]; present: NodeId[] },
): number | undefined {
  if (newest <= view.version || members.length === 0) return undefined
  const others = present.filter((node) => view.node(node) !== undefined)
  const known = Math.min(newest, ...[...members, ...others].map((node) => view.supports(node)))
  return known > view.version ? known : undefined
}
