import { encode } from '../../base/codec/index.ts'
import { parseDigest } from '../../storage/blobs/index.ts'
import {
  changedAutoscale,
  withAutoscale,
  wrongAutoscale,
  wrongBesideAutoscale,
} from './autoscale.ts'
import { type NeedsOf, withNeeds } from './bundle-needs.ts'
import {
  DEFAULT_GRACE_MS,
  DEFAULT_PART_NAME,
  DEFAULT_PLACEMENT,
  DEFAULT_REPLICAS,
} from './defaults.ts'
import { type DeployBody, deployBody, manifestText } from './deploy-body.ts'
import { disruptionField, toDisruption } from './disruption.ts'
import { changedEdge, wrongEdge } from './edge-rules.ts'
import { egressField, wrongEgress } from './egress.ts'
import { validationError, type WrongField, wrongFields } from './errors.ts'
import type { Workload } from './index.ts'
import { toJob, withJob, wrongBesideJob } from './job.ts'
import { WORKLOAD_BYTES_MAX } from './limits.ts'
import { priorityField } from './priority.ts'
import { toRestart } from './restart.ts'
import { wrongBesideRestarts } from './restarted.ts'
import { toRollout, wrongRollout } from './rollout-rules.ts'
import { toSecretUses } from './secret-uses.ts'
import { type AskedPart, askedContainer, kindOf, nameOfImage, toParts } from './to-parts.ts'
import { toUses } from './uses.ts'
import { toVolumes, volumesField, waitsForData, wrongVolumes } from './volumes.ts'

/** Fields at the top that speak of the only part. */
const OF_THE_PART = ['ports', 'resources', 'probes', 'health', 'mounts', 'files'] as const

/**
 * The workload that a deploy asks for: `{ containers: […] }`, `{ bundle }`, or either as JSON text
 * in `{ manifest }`, whose fields give way to those beside it. Throws VALIDATION_ERROR naming every
 * wrong field.
 */
export function parseWorkload(input: unknown): Workload {
  return workloadOf(parseBody(input))
}

/**
 * The same, where it is known what bundles need: that counts where the deploy does not say. By the name that
 * `named` gives it for the one that is said.
 */
export function parseDeploy(
  input: unknown,
  needsOf: NeedsOf,
  named?: (said: string) => string,
): Workload {
  return workloadOf(withNeeds(parseBody(input), needsOf), named)
}

export function parseBody(input: unknown): DeployBody {
  const parsed = deployBody.safeParse(openManifest(input))
  if (!parsed.success) throw validationError(wrongFields(parsed.error))
  return parsed.data
}

export function workloadOf(body: DeployBody, named = (said: string) => said): Workload {
  const wrong: WrongField[] = []
  const asked = askedParts(body, wrong)
  const [first] = body.containers ?? []
  const said = body.name ?? (first && nameOfImage(first.image))
  const name = said === undefined ? undefined : named(said)
  if (name === undefined) wrong.push({ path: 'name', message: 'This is needed.' })
  const uses = toUses(body.uses ?? [], name, wrong)
  const secrets = toSecretUses(body.secrets ?? [], name, wrong)
  const restart = toRestart(body.restart, undefined, wrong)
  const rollout = toRollout(body.rollout, undefined, wrong)
  if (body.autoscale) wrong.push(...wrongBesideAutoscale(body))
  const autoscale = changedAutoscale(undefined, body.autoscale, wrong)
  if (body.job) wrong.push(...wrongBesideJob(body))
  const job = body.job && toJob(body.job, undefined, wrong)
  const disruption = toDisruption(body.disruption ?? {}, wrong)
  const parts = toParts(asked, wrong)
  const edge = changedEdge(undefined, body.edge)
  if (name === undefined) throw validationError(wrong)
  const volumes = toVolumes(body.volumes ?? [])
  const workload: Workload = {
    name,
    kind: kindOf(parts[0].source),
    parts,
    replicas: body.replicas ?? DEFAULT_REPLICAS,
    labels: body.labels ?? {},
    nodeSelector: body.nodeSelector ?? {},
    placement: { ...DEFAULT_PLACEMENT, ...body.placement },
    rollout,
    uses,
    secrets,
    restart,
    graceMs: body.graceMs ?? DEFAULT_GRACE_MS,
    onPartition: body.onPartition ?? (waitsForData({ volumes }) ? 'keep' : 'heal'),
    ...priorityField(body.priority),
    ...disruptionField(disruption),
    ...volumesField(volumes),
    ...(edge && { edge }),
    ...egressField(body.egress, undefined),
  }
  return checked(withAutoscale(withJob(workload, job), autoscale), wrong)
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
    const foreign = 'What is compose, docker run or Kubernetes YAML comes by: mycelium import.'
    throw validationError([{ path: 'manifest', message: `Not JSON: ${why}. ${foreign}` }])
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw validationError([{ path: 'manifest', message: 'Must be a JSON object.' }])
  }
  return { ...fields, ...beside }
}

function askedParts(body: DeployBody, wrong: WrongField[]): AskedPart[] {
  const { containers, ports, resources, probes, health, mounts, files } = body
  if (containers && body.bundle !== undefined) {
    throw validationError([{ path: 'bundle', message: 'Name either containers or a bundle.' }])
  }
  if (containers) {
    const parts = containers.map((one, index) => askedContainer(one, index, body.env))
    const [only] = parts
    if (only && parts.length === 1) return [takeShort(only, body, wrong)]
    return eachItsOwn(parts, body, wrong)
  }
  const digest = body.bundle === undefined ? undefined : parseDigest(body.bundle)
  if (!digest) {
    const message = 'Say what to run: containers, a bundle, or a manifest.'
    throw validationError([{ path: 'containers', message }])
  }
  const at = { name: '', ports: '', resources: '', probes: '', mounts: '', files: '' }
  const rest = { env: body.env ?? {}, ports, resources, probes, health, mounts, files }
  return [{ at, name: DEFAULT_PART_NAME, source: { bundle: digest }, ...rest }]
}

/** The only container with what stands beside it; wrong where something stands in both. */
function takeShort(part: AskedPart, body: DeployBody, wrong: WrongField[]): AskedPart {
  const merged: AskedPart = { ...part, at: { ...part.at } }
  if (body.ports) {
    if (part.ports) {
      wrong.push({ path: 'ports', message: `Already named in ${part.at.ports}ports.` })
    }
    merged.ports = body.ports
    merged.at.ports = ''
  }
  if (body.probes || body.health) {
    if (part.probes) {
      const path = body.probes ? 'probes' : 'health'
      wrong.push({ path, message: `Already said in ${part.at.probes}probes.` })
    }
    merged.probes = body.probes
    merged.health = body.health
    merged.at.probes = ''
  }
  if (body.mounts) {
    if (part.mounts) {
      wrong.push({ path: 'mounts', message: `Already named in ${part.at.mounts}mounts.` })
    }
    merged.mounts = body.mounts
    merged.at.mounts = ''
  }
  if (body.files) {
    if (part.files) {
      wrong.push({ path: 'files', message: `Already named in ${part.at.files}files.` })
    }
    merged.files = body.files
    merged.at.files = ''
  }
  merged.resources = { ...body.resources, ...part.resources }
  if (part.resources?.limits === undefined) merged.at.resources = ''
  return merged
}

function eachItsOwn(parts: AskedPart[], body: DeployBody, wrong: WrongField[]): AskedPart[] {
  for (const field of OF_THE_PART) {
    if (body[field] === undefined) continue
    wrong.push({ path: field, message: 'Say it in each container: there are several.' })
  }
  return parts
}

/**
 * What agrees with itself and is small enough: the shared state bounds a value; a person should hear it
 * before a replica does. Throws VALIDATION_ERROR naming every wrong field, those found before too.
 */
export function checked(workload: Workload, found: readonly WrongField[]): Workload {
  const wrong = [
    ...found,
    ...wrongEdge(workload.edge, workload.parts),
    ...wrongVolumes(workload),
    ...wrongEgress(workload),
    ...wrongRollout(workload),
    ...wrongAutoscale(workload),
    ...wrongBesideRestarts(workload),
  ]
  if (wrong.length > 0) throw validationError(wrong)
  if (encode(workload).byteLength <= WORKLOAD_BYTES_MAX) return workload
  const what = 'Environment, files, labels and command'
  const message = `${what} together are over ${WORKLOAD_BYTES_MAX} bytes.`
  throw validationError([{ path: 'env', message }])
}
