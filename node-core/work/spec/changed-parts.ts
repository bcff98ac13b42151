/** The parts of a workload after a change: what is not said of one stays, null is as if never said. */
import { parseDigest } from '../../storage/blobs/index.ts'
import { DEFAULT_PART_NAME } from './defaults.ts'
import type { ChangeBody } from './deploy-body.ts'
import type { WrongField } from './errors.ts'
import { filesAfter } from './files.ts'
import type { BundleSource, ContainerSource, Part, Parts, Workload } from './index.ts'
import { keepContent } from './keep-content.ts'
import type { ChangedContainerBody, HealthBody, ResourcesBody } from './part-body.ts'
import { probesAfter } from './probes.ts'
import { type AskedPart, nameOfImage, toParts } from './to-parts.ts'

/** Fields that speak of the only part. */
const OF_THE_PART = [
  ...(['image', 'bundle', 'command', 'args', 'ports', 'resources'] as const),
  ...(['env', 'probes', 'health', 'mounts', 'files'] as const),
]

/** Of a part that there is, or of the only one. */
type Said = Partial<Omit<ChangedContainerBody, 'name' | 'image'>> & {
  image?: string | undefined
  bundle?: string | undefined
  health?: HealthBody | undefined
}

/** Adds every wrong field to `wrong`. */
export function changedParts(workload: Workload, change: ChangeBody, wrong: WrongField[]): Parts {
  const said = OF_THE_PART.filter((field) => change[field] !== undefined)
  if (change.containers) {
    const message = 'Say it in the containers.'
    wrong.push(...said.map((field) => ({ path: field, message })))
    return changedContainers(workload, change.containers, wrong)
  }
  const [only, second] = workload.parts
  if (said.length > 0 && second) {
    const message =
      'There are several containers: say it of one by its name under `containers` (--part NAME).'
    wrong.push(...said.map((field) => ({ path: field, message })))
  }
  if (said.length === 0 || second) return workload.parts
  const [next] = toParts([askedAfter(only, change, '', wrong)], wrong)
  return [withProbes(workload, only, change, next)]
}

function changedContainers(
  workload: Workload,
  bodies: readonly ChangedContainerBody[],
  wrong: WrongField[],
): Parts {
  const before = bodies.map((body) => predecessor(workload, body, bodies.length))
  const asked = bodies.map((body, index) => {
    if (!before[index] && body.image === undefined) {
      const message = 'This is needed: there is no container of this name yet.'
      wrong.push({ path: `containers.${index}.image`, message })
    }
    const part = before[index] ?? newPart(body)
    return keepContent(workload, askedAfter(part, body, `containers.${index}.`, wrong))
  })
  const [first, ...rest] = toParts(asked, wrong)
  const probed = (next: Part, index: number): Part => {
    const [part, body] = [before[index], bodies[index]]
    return part && body ? withProbes(workload, part, body, next) : next
  }
  return [probed(first, 0), ...rest.map((next, index) => probed(next, index + 1))]
}

/** The one of its name; the only one for the only one, whatever image that had. */
function predecessor(
  { parts }: Workload,
  { name, image }: ChangedContainerBody,
  count: number,
): Part | undefined {
  const [only, second] = parts
  if (name === undefined && count === 1 && !second) return only
  const called = name ?? (image && nameOfImage(image))
  return parts.find((part) => part.name === called)
}

/** As much of one as a change of it begins with. */
function newPart({ name, image = '' }: ChangedContainerBody) {
  const called = name ?? nameOfImage(image) ?? DEFAULT_PART_NAME
  return { name: called, source: { image }, env: {} }
}

function askedAfter(
  part: Pick<Part, 'name' | 'source' | 'env'> & Partial<Part>,
  said: Said,
  at: string,
  wrong: WrongField[],
): AskedPart {
  const isProbed = said.probes !== undefined || said.health !== undefined || !part.probes
  const scratch = part.scratch?.map(({ path, sizeBytes }) => ({ path, size: sizeBytes }))
  return {
    at: { name: at, ports: at, resources: at, probes: at, mounts: at, files: at },
    name: part.name,
    source: changedSource(part.source, said),
    env: after(said.env, part.env) ?? {},
    mounts: after(said.mounts, part.mounts),
    user: after(said.user, part.user),
    workingDir: after(said.workingDir, part.workingDir),
    stopSignal: after(said.stopSignal, part.stopSignal),
    readOnlyRoot: after(said.readOnlyRoot, part.readOnlyRoot),
    scratch: after(said.scratch, scratch),
    files: said.files
      ? filesAfter(said.files, part.files ?? [], at, wrong)
      : after(said.files, part.files),
    ports: after(said.ports, part.ports),
    resources: said.resources === null ? undefined : resourcesAfter(part.resources, said.resources),
    ...(isProbed ? { probes: said.probes ?? undefined, health: said.health } : { probes: {} }),
  }
}

function after<T>(said: T | null | undefined, before: T | undefined): T | undefined {
  return said === null ? undefined : (said ?? before)
}

/** Those that it had; of a default one the port that it has by now. */
function withProbes({ kind }: Workload, before: Part, said: Said, next: Part): Part {
  if (said.probes !== undefined || said.health !== undefined) return next
  return { ...next, probes: probesAfter(before, next.ports, kind) }
}

/** A limit that was above what is requested stays; one that was the request goes with it. */
function resourcesAfter(
  before: Part['resources'] | undefined,
  said: ResourcesBody | undefined,
): ResourcesBody | undefined {
  if (!before) return said
  const { requests, limits } = before
  const disk = said?.disk ?? before.diskBytes
  const gpus = said?.gpus ?? before.gpus
  const cpu = said?.cpu ?? requests.cpuMillis
  const memory = said?.memory ?? requests.memoryBytes
  const wasMore = {
    cpu: limits.cpuMillis > requests.cpuMillis && limits.cpuMillis >= cpu,
    memory: limits.memoryBytes > requests.memoryBytes && limits.memoryBytes >= memory,
  }
  return {
    ...{ cpu, memory },
    ...(disk !== undefined && { disk }),
    ...(gpus !== undefined && { gpus }),
    limits: {
      cpu: said?.limits?.cpu ?? (wasMore.cpu ? limits.cpuMillis : cpu),
      memory: said?.limits?.memory ?? (wasMore.memory ? limits.memoryBytes : memory),
    },
  }
}

function changedSource(
  source: ContainerSource | BundleSource,
  { image, bundle, command, args }: Said,
): ContainerSource | BundleSource {
  if ('bundle' in source) return { bundle: (bundle && parseDigest(bundle)) || source.bundle }
  const { imageId, exposes, command: commandBefore, args: argsBefore } = source
  const content = { ...(imageId !== undefined && { imageId }), ...(exposes && { exposes }) }
  const words = { command: after(command, commandBefore), args: after(args, argsBefore) }
  return {
    image: image ?? source.image,
    ...(image === undefined && content),
    ...(words.command?.length && { command: words.command }),
    ...(words.args?.length && { args: words.args }),
  }
}
