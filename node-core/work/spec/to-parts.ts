/** What was said of parts, filled up and checked where fields must agree with each other. */
import {
  BUNDLE_PORT,
  DEFAULT_CPU_MILLIS,
  DEFAULT_MEMORY_BYTES,
  DEFAULT_PART_NAME,
  DEFAULT_SCRATCH_BYTES,
} from './defaults.ts'
import { validationError, type WrongField } from './errors.ts'
import { type FilesBody, toFiles, wrongFiles, wrongTotal } from './files.ts'
import type {
  Amounts,
  BundleSource,
  ContainerSource,
  Part,
  Parts,
  Port,
  Resources,
  WorkloadKind,
} from './index.ts'
import { PORTS_MAX } from './limits.ts'
import type { ContainerBody, PortsBody, ResourcesBody } from './part-body.ts'
import { type AskedProbes, toProbes, wrongProbes } from './probes.ts'
import { type MountsBody, toMounts } from './volumes.ts'

/** Where each field was said: `containers.0.` before it, or nothing when it stood at the top. */
export interface FieldPaths {
  name: string
  ports: string
  resources: string
  probes: string
  mounts: string
  files: string
}

/** One part as it was asked for, and what its fields are called in what was sent. */
export interface AskedPart extends AskedProbes {
  at: FieldPaths
  name: string
  source: ContainerSource | BundleSource
  env: Record<string, string>
  ports: PortsBody | undefined
  resources: ResourcesBody | undefined
  mounts: MountsBody | undefined
  user?: string | undefined
  workingDir?: string | undefined
  stopSignal?: ContainerBody['stopSignal']
  readOnlyRoot?: boolean | undefined
  scratch?: ContainerBody['scratch']
  files: FilesBody | undefined
}

/** Adds every wrong field to `wrong`. */
export function toParts(asked: readonly AskedPart[], wrong: WrongField[]): Parts {
  wrong.push(...namedTwice(asked))
  const parts = asked.map((one) => toPart(one, wrong))
  wrong.push(
    ...wrongTotal(
      parts,
      asked.map(({ at }) => at.files),
    ),
  )
  const [first, ...rest] = parts
  if (!first) throw validationError(wrong)
  return [first, ...rest]
}

function toPart(asked: AskedPart, wrong: WrongField[]): Part {
  const { name, source, env, at } = asked
  const kind = kindOf(source)
  const ports = toPorts(asked.ports ?? defaultPorts(kind))
  const resources = toResources(asked.resources)
  wrong.push(...wrongProbes(asked, ports, at.probes))
  wrong.push(...belowRequests(resources, `${at.resources}resources.limits`))
  if (kind === 'process') wrong.push(...wrongForProgram(ports, at.ports))
  const mounts = toMounts(asked.mounts ?? [])
  const scratch = (asked.scratch ?? []).map(({ path, size }) => {
    return { path, sizeBytes: size ?? DEFAULT_SCRATCH_BYTES }
  })
  const files = toFiles(asked.files ?? [])
  const part: Part = {
    ...{ name, source, env, ports, resources, probes: toProbes(asked, ports, kind) },
    ...(mounts.length > 0 && { mounts }),
    ...(asked.user !== undefined && { user: asked.user }),
    ...(asked.workingDir !== undefined && { workingDir: asked.workingDir }),
    ...(asked.stopSignal !== undefined && { stopSignal: asked.stopSignal }),
    ...(asked.readOnlyRoot && { readOnlyRoot: true }),
    ...(scratch.length > 0 && { scratch }),
    ...(files.length > 0 && { files }),
  }
  wrong.push(...wrongScratch(part, at.name), ...wrongFiles(part, kind, at.files))
  return part
}

export function kindOf(source: Part['source']): WorkloadKind {
  return 'bundle' in source ? 'process' : 'container'
}

function defaultPorts(kind: WorkloadKind): PortsBody {
  return kind === 'process' ? [{ containerPort: BUNDLE_PORT }] : []
}

function toPorts(ports: PortsBody): Port[] {
  return ports.map(({ containerPort, hostPort, protocol }) => ({
    containerPort,
    ...(hostPort !== undefined && { hostPort }),
    protocol: protocol ?? 'tcp',
  }))
}

/** What is not said is the default; a limit that is not said is what is requested. */
function toResources(body: ResourcesBody | undefined): Resources {
  const requests: Amounts = {
    cpuMillis: body?.cpu ?? DEFAULT_CPU_MILLIS,
    memoryBytes: body?.memory ?? DEFAULT_MEMORY_BYTES,
  }
  const limits: Amounts = {
    cpuMillis: body?.limits?.cpu ?? requests.cpuMillis,
    memoryBytes: body?.limits?.memory ?? requests.memoryBytes,
  }
  const { disk, gpus } = body ?? {}
  return {
    ...{ requests, limits },
    ...(disk !== undefined && { diskBytes: disk }),
    ...(gpus && { gpus }),
  }
}

function belowRequests({ requests, limits }: Resources, at: string): WrongField[] {
  const message = 'Must not be less than what is requested.'
  return [
    ...(limits.cpuMillis < requests.cpuMillis ? [{ path: `${at}.cpu`, message }] : []),
    ...(limits.memoryBytes < requests.memoryBytes ? [{ path: `${at}.memory`, message }] : []),
  ]
}

/** It listens at the computer's own ports, and is told one for each that it declares. */
function wrongForProgram(ports: readonly Port[], at: string): WrongField[] {
  return ports.flatMap(({ containerPort, hostPort }, index): WrongField[] => {
    const first = ports.find((one) => one.containerPort === containerPort)
    if (first?.hostPort === hostPort) return []
    const message = 'A program has one port of the computer for TCP and UDP.'
    return [{ path: `${at}ports.${index}.hostPort`, message }]
  })
}

/** An engine mounts one thing at a path. `at`: what comes before `scratch`. */
function wrongScratch({ mounts = [], scratch = [] }: Part, at: string): WrongField[] {
  return scratch.flatMap(({ path }, index): WrongField[] => {
    const where = `${at}scratch.${index}.path`
    const isMounted = mounts.some((one) => one.path === path)
    if (isMounted) return [{ path: where, message: 'A volume is mounted there.' }]
    const first = scratch.findIndex((one) => one.path === path)
    return first < index ? [{ path: where, message: 'Named twice.' }] : []
  })
}

/** Names, and ports: parts share one network, and this computer has each host port once. */
function namedTwice(asked: readonly AskedPart[]): WrongField[] {
  const wrong: WrongField[] = []
  const seen = new Set<string>()
  const claim = (what: string, path: string, message: string): void => {
    if (seen.has(what)) wrong.push({ path, message })
    seen.add(what)
  }
  let ports = 0
  for (const part of asked) {
    claim(
      `name ${part.name}`,
      `${part.at.name}name`,
      `Another container is called ${part.name} too.`,
    )
    for (const [index, port] of (part.ports ?? []).entries()) {
      const at = `${part.at.ports}ports.${index}`
      const { containerPort, hostPort, protocol = 'tcp' } = port
      claim(`${containerPort}/${protocol}`, `${at}.containerPort`, 'Named twice.')
      if (hostPort !== undefined) {
        claim(`host ${hostPort}/${protocol}`, `${at}.hostPort`, 'Named twice.')
      }
      ports++
    }
  }
  if (ports > PORTS_MAX) {
    wrong.push({ path: 'containers', message: `Together at most ${PORTS_MAX} ports.` })
  }
  return wrong
}

/** A container as it was sent, with what was said of all. */
export function askedContainer(
  body: ContainerBody,
  index: number,
  shared: Record<string, string> | undefined,
): AskedPart {
  const { image, command, args } = body
  const at = `containers.${index}.`
  return {
    at: { name: at, ports: at, resources: at, probes: at, mounts: at, files: at },
    name: body.name ?? nameOfImage(image) ?? DEFAULT_PART_NAME,
    source: { image, ...(command && { command }), ...(args && { args }) },
    env: { ...shared, ...body.env },
    ports: body.ports,
    resources: body.resources,
    probes: body.probes,
    mounts: body.mounts,
    user: body.user,
    workingDir: body.workingDir,
    stopSignal: body.stopSignal,
    readOnlyRoot: body.readOnlyRoot,
    scratch: body.scratch,
    files: body.files,
  }
}

/** `registry.example/team/nginx:1.27` is called `nginx`, if that can be a name. */
export function nameOfImage(image: string): string | undefined {
  const last = image.split('/').at(-1)?.split(/[:@]/)[0]?.toLowerCase().replace(/[._]+/g, '-')
  return last !== undefined && /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(last) ? last : undefined
}
