import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { writeCpu, writeMemory } from '../../format/index.ts'
import { type Egress, formatEgress, parseEgress, type ReachKind } from './egress.ts'
import { amountOf, given } from './given.ts'

/** What each copy gets, and what it may connect to, as entered. */
export interface BoundsForm {
  cpu: string
  memory: string
  disk: string
  gpus: number
  reach: ReachKind
  /** What it may connect to, where that is a list. */
  egress: string
}

export const EMPTY_BOUNDS: BoundsForm = {
  cpu: '',
  memory: '',
  disk: '',
  gpus: 0,
  reach: 'none',
  egress: '',
}

export type Resources = NonNullable<DeployInput['resources']>

export function resourcesOf({ cpu, memory, disk, gpus }: BoundsForm): Resources {
  return given({
    cpu: amountOf(cpu),
    memory: amountOf(memory),
    disk: amountOf(disk),
    gpus: gpus === 0 ? undefined : gpus,
  })
}

/** The amounts that are not as they were; what is emptied stays what it is. */
export function resourcesChange(before: BoundsForm, now: BoundsForm): Resources {
  const asked = resourcesOf(now)
  const was: Resources = resourcesOf(before)
  const keys = ['cpu', 'memory', 'disk'] as const
  return {
    ...Object.fromEntries(
      keys.flatMap((key) => {
        return asked[key] === undefined || asked[key] === was[key] ? [] : [[key, asked[key]]]
      }),
    ),
    ...(before.gpus !== now.gpus && { gpus: now.gpus }),
  }
}

export function egressOf({ reach, egress }: BoundsForm): Egress {
  return reach === 'list' ? parseEgress(egress).rules : reach
}

export function boundsFrom({ parts, egress }: WorkloadView): BoundsForm {
  const [part] = parts
  const shared: Pick<BoundsForm, 'reach' | 'egress'> =
    typeof egress === 'string'
      ? { reach: egress, egress: '' }
      : { reach: 'list', egress: formatEgress(egress).join('\n') }
  if (!part) return { ...EMPTY_BOUNDS, ...shared }
  const { requests, diskBytes, gpus = 0 } = part.resources
  return {
    cpu: writeCpu(requests.cpuMillis),
    memory: writeMemory(requests.memoryBytes),
    disk: diskBytes === undefined ? '' : writeMemory(diskBytes),
    gpus,
    ...shared,
  }
}

type Scratch = { path: string; size?: string }[]

/** `/tmp` or `/tmp 128Mi`, one to a line. */
export function parseScratch(text: string): { scratch: Scratch; wrongLine?: number } {
  const scratch: Scratch = []
  for (const [index, line] of text.split('\n').entries()) {
    const [path, size, more] = line.trim().split(/\s+/)
    if (!path) continue
    if (!path.startsWith('/') || more !== undefined) return { scratch, wrongLine: index + 1 }
    scratch.push({ path, ...(size !== undefined && { size }) })
  }
  return { scratch }
}
