import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { formatEgress } from '../rules/index.ts'
import { nameOf } from './draft/index.ts'

/** What is reachable from where, as one manifest and those beside it say. */
export interface Reach {
  /** Whom the edge lets in, where it serves the workload at all. */
  edge: 'public' | 'members' | 'named' | undefined
  /** Ports of every computer that lead to it by TCP. */
  tcpPorts: number[]
  /** Workloads of the draft that reach it by name. */
  usedBy: string[]
  uses: string[]
  /** Outside of the network: nothing, all of the Internet, or these. */
  outside: 'none' | 'all' | string[]
}

export function reachOf(workload: DeployInput, all: readonly DeployInput[]): Reach {
  const { edge, egress = 'none' } = workload
  const name = nameOf(workload)
  const access = edge?.access ?? 'public'
  return {
    edge: !isServed(workload) ? undefined : typeof access === 'string' ? access : 'named',
    tcpPorts: (edge?.tcp ?? []).map(({ port }) => port),
    usedBy: all.filter((each) => usesOf(each).includes(name)).map(nameOf),
    uses: usesOf(workload),
    outside: typeof egress === 'string' ? egress : formatEgress(egress),
  }
}

/** Programs are given a port; of a container the edge serves what it declares. */
function isServed({ bundle, ports = [], containers = [], job }: DeployInput): boolean {
  if (job) return false
  if (bundle !== undefined) return true
  const declared = [ports, ...containers.map((each) => each.ports ?? [])].flat()
  return declared.some(({ protocol = 'tcp' }) => protocol === 'tcp')
}

function usesOf({ uses = [] }: DeployInput): string[] {
  return uses.map((use) => (typeof use === 'string' ? use : use.name))
}
