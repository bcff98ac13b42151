import { encode } from '../../base/codec/index.ts'
import { parseDigest } from '../../storage/blobs/index.ts'
import {
  BUNDLE_PORT,
  DEFAULT_CPU_MILLIS,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_REPLICAS,
} from './defaults.ts'
import { type DeployBody, deployBody, manifestText } from './deploy-body.ts'
import { validationError, type WrongField, wrongFields } from './errors.ts'
import { healthPort, toHealthCheck } from './health.ts'
import type { BundleSource, ContainerSource, Port, Workload } from './index.ts'
import { WORKLOAD_BYTES_MAX } from './limits.ts'

type Container = NonNullable<DeployBody['containers']>[number]

/**
 * The workload that a deploy asks for: `{ containers: […] }`, `{ bundle }`, or either as JSON text
 * in `{ manifest }`, whose fields give way to those beside it. Throws VALIDATION_ERROR naming every
 * wrong field.
 */
export function parseWorkload(input: unknown): Workload {
  const parsed = deployBody.safeParse(openManifest(input))
  if (!parsed.success) throw validationError(wrongFields(parsed.error))
  const body = parsed.data
  const container = body.containers?.[0]
  const source = toSource(body, container)
  const kind = 'bundle' in source ? 'process' : 'container'
  const ports = toPorts(container?.ports ?? body.ports ?? defaultPorts(kind))
  const wrong: WrongField[] = []

  const name = body.name ?? (container && nameOfImage(container.image))
  if (name === undefined) wrong.push({ path: 'name', message: 'This is needed.' })
  if (container?.ports && body.ports) {
    wrong.push({ path: 'ports', message: 'Already named in containers.0.ports.' })
  }
  wrong.push(...wrongHealth(body.health, ports))
  if (wrong.length > 0 || name === undefined) throw validationError(wrong)

  return checkSize({
    name,
    kind,
    source,
    replicas: body.replicas ?? DEFAULT_REPLICAS,
    resources: {
      cpuMillis: container?.resources?.cpu ?? body.resources?.cpu ?? DEFAULT_CPU_MILLIS,
      memoryBytes: container?.resources?.memory ?? body.resources?.memory ?? DEFAULT_MEMORY_BYTES,
    },
    env: { ...body.env, ...container?.env },
    ports,
    labels: body.labels ?? {},
    nodeSelector: body.nodeSelector ?? {},
    health: toHealthCheck(body.health, ports, kind),
    onPartition: body.onPartition ?? 'heal',
  })
}

function openManifest(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || !('manifest' in input)) return input
  const { manifest, ...beside } = input
  if (manifest === undefined) return beside
  const text = manifestText.safeParse(manifest)
  if (!text.success) {
    throw validationError([{ path: 'manifest', message: 'Must be JSON text of at most 256 KiB.' }])
  }
  let fields: unknown
  try {
    fields = JSON.parse(text.data)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw validationError([{ path: 'manifest', message: `Not JSON: ${why}.` }])
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw validationError([{ path: 'manifest', message: 'Must be a JSON object.' }])
  }
  return { ...fields, ...beside }
}

function toSource(
  body: DeployBody,
  container: Container | undefined,
): ContainerSource | BundleSource {
  if (container && body.bundle !== undefined) {
    throw validationError([{ path: 'bundle', message: 'Name either containers or a bundle.' }])
  }
  const digest = body.bundle === undefined ? undefined : parseDigest(body.bundle)
  if (digest) return { bundle: digest }
  if (!container) {
    const message = 'Say what to run: one container, a bundle, or a manifest.'
    throw validationError([{ path: 'containers', message }])
  }
  const { image, command, args } = container
  return { image, ...(command && { command }), ...(args && { args }) }
}

export function toPorts(ports: NonNullable<DeployBody['ports']>): Port[] {
  return ports.map(({ containerPort, hostPort, protocol }) => ({
    containerPort,
    ...(hostPort !== undefined && { hostPort }),
    protocol: protocol ?? 'tcp',
  }))
}

function defaultPorts(kind: Workload['kind']): NonNullable<DeployBody['ports']> {
  return kind === 'process' ? [{ containerPort: BUNDLE_PORT }] : []
}

/** `registry.example/team/nginx:1.27` is called `nginx`, if that can be a name. */
function nameOfImage(image: string): string | undefined {
  const last = image.split('/').at(-1)?.split(/[:@]/)[0]?.toLowerCase().replace(/[._]+/g, '-')
  return last !== undefined && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(last) ? last : undefined
}

/** A check must go to a declared port; without one named there must be one to choose. */
export function wrongHealth(health: DeployBody['health'], ports: readonly Port[]): WrongField[] {
  if (health === undefined || health.kind === 'running') return []
  const port = health.port ?? healthPort(ports)
  if (port === undefined) {
    return [{ path: 'health.port', message: 'This is needed: no TCP port is declared.' }]
  }
  if (ports.some((one) => one.containerPort === port && one.protocol === 'tcp')) return []
  return [{ path: 'health.port', message: 'Must be one of the declared TCP ports.' }]
}

/** The shared state bounds a value; a person should hear it before a replica does. */
export function checkSize(workload: Workload): Workload {
  if (encode(workload).byteLength <= WORKLOAD_BYTES_MAX) return workload
  const message = `Environment, labels and command together are over ${WORKLOAD_BYTES_MAX} bytes.`
  throw validationError([{ path: 'env', message }])
}
