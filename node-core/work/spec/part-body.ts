/** What people send to say what one part is: a container of several, or the fields of the only one. */
import { z } from 'zod'
import {
  args,
  command,
  env,
  healthPath,
  image,
  name,
  periodMs,
  portNumber,
  probeFailures,
  protocol,
  timeoutMs,
} from './fields.ts'
import { changedFiles, files } from './files.ts'
import {
  CPU_MILLIS_MAX,
  CPU_MILLIS_MIN,
  DISK_BYTES_MAX,
  DISK_BYTES_MIN,
  GPUS_MAX,
  MEMORY_BYTES_MAX,
  MEMORY_BYTES_MIN,
  PORTS_MAX,
  SCRATCH_BYTES_MAX,
  SCRATCH_BYTES_MIN,
  SCRATCH_MAX,
} from './limits.ts'
import {
  formatCpuMillis,
  formatMemoryBytes,
  parseCpuMillis,
  parseMemoryBytes,
} from './quantities.ts'
import { stopSignal } from './stop-signal.ts'
import { user } from './user.ts'
import { mountPath, mounts } from './volumes.ts'
import { workingDirectory } from './working-directory.ts'

const cpu = z.union([z.string(), z.number()]).transform((amount, context) => {
  const millis = parseCpuMillis(amount)
  if (millis === undefined) return refuse(context, 'Not an amount of CPU, such as "500m" or "2".')
  if (millis >= CPU_MILLIS_MIN && millis <= CPU_MILLIS_MAX) return millis
  const [least, most] = [formatCpuMillis(CPU_MILLIS_MIN), formatCpuMillis(CPU_MILLIS_MAX)]
  return refuse(context, `Ask for ${least} to ${most}.`)
})

const memory = z.union([z.string(), z.number()]).transform((amount, context) => {
  const bytes = parseMemoryBytes(amount)
  if (bytes === undefined) {
    return refuse(context, 'Not an amount of memory, such as "256Mi", "1Gi" or "512M".')
  }
  if (bytes >= MEMORY_BYTES_MIN && bytes <= MEMORY_BYTES_MAX) return bytes
  const [least, most] = [formatMemoryBytes(MEMORY_BYTES_MIN), formatMemoryBytes(MEMORY_BYTES_MAX)]
  return refuse(context, `Ask for ${least} to ${most}.`)
})

const disk = amountOfBytes('2Gi', DISK_BYTES_MIN, DISK_BYTES_MAX)
const gpus = z
  .number()
  .refine((count) => Number.isInteger(count) && count >= 0 && count <= GPUS_MAX, {
    error: `Ask for a whole number from 0 to ${GPUS_MAX}.`,
  })

function amountOfBytes(example: string, least: number, most: number) {
  return z.union([z.string(), z.number()]).transform((amount, context) => {
    const bytes = parseMemoryBytes(amount)
    if (bytes !== undefined && bytes >= least && bytes <= most) return bytes
    const bounds = `${formatMemoryBytes(least)} to ${formatMemoryBytes(most)}`
    return refuse(context, `An amount such as "${example}", from ${bounds}.`)
  })
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

export const amounts = { cpu: cpu.optional(), memory: memory.optional() }
/** What is reserved, and under `limits` what may be taken where that is more. */
export const resources = z.strictObject({
  ...amounts,
  disk: disk.optional(),
  gpus: gpus.optional(),
  limits: z.strictObject(amounts).optional(),
})
export type ResourcesBody = z.output<typeof resources>

export const ports = z
  .array(
    z.strictObject({
      containerPort: portNumber,
      hostPort: portNumber.optional(),
      protocol: protocol.optional(),
    }),
  )
  .max(PORTS_MAX)
export type PortsBody = z.output<typeof ports>

const probeTimes = {
  periodMs: periodMs.optional(),
  timeoutMs: timeoutMs.optional(),
  failures: probeFailures.optional(),
}
const httpProbe = z.strictObject({
  kind: z.literal('http'),
  path: healthPath.optional(),
  port: portNumber.optional(),
  ...probeTimes,
})
const tcpProbe = z.strictObject({
  kind: z.literal('tcp'),
  port: portNumber.optional(),
  ...probeTimes,
})
const commandProbe = z.strictObject({
  kind: z.literal('command'),
  command: command.min(1),
  ...probeTimes,
})

const probe = z.discriminatedUnion('kind', [httpProbe, tcpProbe, commandProbe])
export type ProbeBody = z.output<typeof probe>
export const probes = z.strictObject({
  startup: probe.optional(),
  live: probe.optional(),
  ready: probe.optional(),
})
export type ProbesBody = z.output<typeof probes>

/** Short for `probes.live`; `running` for none. */
export const health = z.discriminatedUnion('kind', [
  httpProbe,
  tcpProbe,
  commandProbe,
  z.strictObject({ kind: z.literal('running') }),
])
export type HealthBody = z.output<typeof health>

const scratch = z
  .array(
    z.strictObject({
      path: mountPath,
      size: amountOfBytes('64Mi', SCRATCH_BYTES_MIN, SCRATCH_BYTES_MAX).optional(),
    }),
  )
  .max(SCRATCH_MAX)

export const container = z.strictObject({
  name: name.optional(),
  image,
  command: command.optional(),
  args: args.optional(),
  env: env.optional(),
  ports: ports.optional(),
  resources: resources.optional(),
  probes: probes.optional(),
  mounts: mounts.optional(),
  user: user.optional(),
  workingDir: workingDirectory.optional(),
  stopSignal: stopSignal.optional(),
  readOnlyRoot: z.boolean().optional(),
  scratch: scratch.optional(),
  files: files.optional(),
})
export type ContainerBody = z.output<typeof container>

/**
 * One of a workload that exists, found by its name: what is not said stays, and null is as if it had
 * never been said. So whoever sends back what was shown loses nothing of what is not shown.
 */
export const changedContainer = container.extend({
  image: image.optional(),
  command: command.nullable().optional(),
  args: args.nullable().optional(),
  env: env.nullable().optional(),
  ports: ports.nullable().optional(),
  resources: resources.nullable().optional(),
  probes: probes.nullable().optional(),
  mounts: mounts.nullable().optional(),
  user: user.nullable().optional(),
  workingDir: workingDirectory.nullable().optional(),
  stopSignal: stopSignal.nullable().optional(),
  readOnlyRoot: z.boolean().nullable().optional(),
  scratch: scratch.nullable().optional(),
  files: changedFiles.nullable().optional(),
})
export type ChangedContainerBody = z.output<typeof changedContainer>
