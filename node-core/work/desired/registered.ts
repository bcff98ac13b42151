import type { NodeId } from '../../base/net/index.ts'
import type { RegistryAccess } from './index.ts'

/** Only these are given anything by the committee: the registry knows them, and they may write. */
export function isRegisteredIn(view: ReturnType<RegistryAccess['view']>, node: NodeId): boolean {
  const registered = view?.node(node)
  if (!view || !registered || registered.removed) return false
  return typeof view.author({ node, owner: registered.owner }) !== 'string'
}
