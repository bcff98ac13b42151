import { parseDigest } from '../../storage/blobs/index.ts'
import { type ChangeBody, changeBody } from './deploy-body.ts'
import { validationError, type WrongField, wrongFields } from './errors.ts'
import { toHealthCheck } from './health.ts'
import type { BundleSource, ContainerSource, Port, Workload } from './index.ts'
import { checkSize, toPorts, wrongHealth } from './parse-workload.ts'

/**
 * The workload with the fields of `patch` in place of its own; `resources` may name only one of the
 * two, everything else is replaced as a whole. A new image is no longer fixed to the old content.
 * Throws VALIDATION_ERROR naming every wrong field.
 */
export function applyChange(workload: Workload, patch: unknown): Workload {
  const parsed = changeBody.safeParse(patch)
  if (!parsed.success) throw validationError(wrongFields(parsed.error))
  const change = parsed.data
  const ports = change.ports ? toPorts(change.ports) : workload.ports
  const wrong = [...wrongSource(workload, change), ...wrongHealth(change.health, ports)]
  if (wrong.length > 0) throw validationError(wrong)
  return checkSize({
    ...workload,
    source: changedSource(workload.source, change),
    replicas: change.replicas ?? workload.replicas,
    resources: {
      cpuMillis: change.resources?.cpu ?? workload.resources.cpuMillis,
      memoryBytes: change.resources?.memory ?? workload.resources.memoryBytes,
    },
    env: change.env ?? workload.env,
    ports,
    labels: change.labels ?? workload.labels,
    nodeSelector: change.nodeSelector ?? workload.nodeSelector,
    health: changedHealth(workload, change, ports),
    onPartition: change.onPartition ?? workload.onPartition,
  })
}

function wrongSource(workload: Workload, change: ChangeBody): WrongField[] {
  const foreign =
    workload.kind === 'process' ? (['image', 'command', 'args'] as const) : ['bundle' as const]
  return foreign
    .filter((field) => change[field] !== undefined)
    .map((field) => ({ path: field, message: `A ${workload.kind} has none.` }))
}

function changedSource(
  source: ContainerSource | BundleSource,
  change: ChangeBody,
): ContainerSource | BundleSource {
  if ('bundle' in source) {
    return { bundle: (change.bundle && parseDigest(change.bundle)) || source.bundle }
  }
  const { imageId, ...rest } = source
  const { image, command, args } = change
  return {
    ...rest,
    ...(imageId !== undefined && image === undefined && { imageId }),
    ...(image !== undefined && { image }),
    ...(command && { command }),
    ...(args && { args }),
  }
}

/** A check whose port is no longer declared falls back to the default of its kind. */
function changedHealth(workload: Workload, change: ChangeBody, ports: readonly Port[]) {
  if (change.health) return toHealthCheck(change.health, ports, workload.kind)
  const { health } = workload
  const declared =
    health.kind !== 'running' &&
    ports.some((port) => port.containerPort === health.port && port.protocol === 'tcp')
  return declared || change.ports === undefined
    ? health
    : toHealthCheck(undefined, ports, workload.kind)
}
