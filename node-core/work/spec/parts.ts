/** What all parts of a workload come to together. */
import { DEFAULT_DISK_BYTES } from './defaults.ts'
import type { Amounts, Part, Port, Workload } from './index.ts'
import { PORTS_MAX } from './limits.ts'
import { keepsData } from './volumes.ts'

/** Of every part, in their order: one network, so no port is there twice. */
export function portsOf({ parts }: Pick<Workload, 'parts'>): Port[] {
  return parts.flatMap(({ ports }) => ports)
}

/**
 * Where something may listen: the ports declared, and those that images say (docs/adr/0034): who publishes
 * one port is asked at the others by its neighbours. The edge serves only what was declared.
 */
export function listeningOf({ parts }: Pick<Workload, 'parts'>): Port[] {
  const ports = portsOf({ parts })
  for (const part of parts) {
    if (!('image' in part.source)) continue
    for (const port of part.source.exposes ?? []) {
      if (!ports.some((one) => isSame(one, port)) && ports.length < PORTS_MAX) ports.push(port)
    }
  }
  return ports
}

/**
 * Whether its copies may listen where nobody knew at the deploy: an image that was on no node then is
 * fixed to no content, and read where it is started.
 */
export function listensUntold({ parts }: Pick<Workload, 'parts'>): boolean {
  return parts.some(({ source }) => 'image' in source && source.imageId === undefined)
}

function isSame(one: Port, other: Port): boolean {
  return one.containerPort === other.containerPort && one.protocol === other.protocol
}

/**
 * A host port and a graphics processor can be had only once, and two must not write one volume: the
 * old one goes first.
 */
export function comesAlone(workload: Workload): boolean {
  if (keepsData(workload) || gpusOf(workload) > 0) return true
  return portsOf(workload).some(({ hostPort }) => hostPort !== undefined)
}

/** What one part may write outside of volumes. */
export function diskBytesOf({ resources }: Pick<Part, 'resources'>): number {
  return resources.diskBytes ?? DEFAULT_DISK_BYTES
}

/** Graphics processors of one instance. */
export function gpusOf({ parts }: Pick<Workload, 'parts'>): number {
  return parts.reduce((sum, { resources }) => sum + (resources.gpus ?? 0), 0)
}

/** Of one instance. */
export function amountsOf({ parts }: Pick<Workload, 'parts'>, of: 'requests' | 'limits'): Amounts {
  const sum = { cpuMillis: 0, memoryBytes: 0 }
  for (const { resources } of parts) {
    sum.cpuMillis += resources[of].cpuMillis
    sum.memoryBytes += resources[of].memoryBytes
  }
  return sum
}
