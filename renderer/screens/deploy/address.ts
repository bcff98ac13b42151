import { isWorkloadName } from '../../../node-core/api/contract/index.ts'
import { useResource, useWorld } from '../../state/index.ts'

/**
 * Where whoever is at a computer finds a workload of that name. Nothing where no workload may have
 * it. `edge`: the address of this computer's edge, whose port is that of each one that was left as it is.
 */
export function addressOf(name: string, edge: string | undefined): string | undefined {
  if (!isWorkloadName(name)) return undefined
  const port = edge === undefined ? '' : new URL(edge).port
  return `http://${name}.localhost${port && `:${port}`}`
}

export function useAddress(name: string): string | undefined {
  const { data } = useResource(useWorld().status)
  return addressOf(name, data?.edge)
}
