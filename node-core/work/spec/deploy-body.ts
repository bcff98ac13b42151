/** What people send to deploy: the body of `POST /api/workloads`, and the same as manifest text. */
import { z } from 'zod'
import {
  args,
  bundle,
  command,
  env,
  healthPath,
  image,
  labels,
  name,
  onPartition,
  periodMs,
  portNumber,
  protocol,
  replicas,
  timeoutMs,
} from './fields.ts'
import {
  CPU_MILLIS_MAX,
  CPU_MILLIS_MIN,
  MANIFEST_LENGTH_MAX,
  MEMORY_BYTES_MAX,
  MEMORY_BYTES_MIN,
  PORTS_MAX,
} from './limits.ts'
import {
  formatCpuMillis,
  formatMemoryBytes,
  parseCpuMillis,
  parseMemoryBytes,
} from './quantities.ts'

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

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

export const resources = z.strictObject({ cpu: cpu.optional(), memory: memory.optional() })

const ports = z
  .array(
    z.strictObject({
      containerPort: portNumber,
      hostPort: portNumber.optional(),
      protocol: protocol.optional(),
    }),
  )
  .max(PORTS_MAX)
  .superRefine((list, context) => {
    const seen = new Set<string>()
    for (const [index, port] of list.entries()) {
      const own = `${port.containerPort}/${port.protocol ?? 'tcp'}`
      const host =
        port.hostPort === undefined ? undefined : `host ${port.hostPort}/${port.protocol ?? 'tcp'}`
      for (const [key, field] of [
        [own, 'containerPort'],
        [host, 'hostPort'],
      ] as const) {
        if (key === undefined) continue
        if (seen.has(key)) {
          context.addIssue({ code: 'custom', path: [index, field], message: 'Named twice.' })
        }
        seen.add(key)
      }
    }
  })

const container = z.strictObject({
  name: z.string().min(1).max(63).optional(),
  image,
  command: command.optional(),
  args: args.optional(),
  env: env.optional(),
  ports: ports.optional(),
  resources: resources.optional(),
})

const healthTimes = { periodMs: periodMs.optional(), timeoutMs: timeoutMs.optional() }
const health = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('http'),
    path: healthPath.optional(),
    port: portNumber.optional(),
    ...healthTimes,
  }),
  z.strictObject({ kind: z.literal('tcp'), port: portNumber.optional(), ...healthTimes }),
  z.strictObject({ kind: z.literal('running') }),
])

export const manifestText = z.string().max(MANIFEST_LENGTH_MAX)

export const deployBody = z.strictObject({
  name: name.optional(),
  containers: z.array(container).length(1, { error: 'Name exactly one container.' }).optional(),
  bundle: bundle.optional(),
  replicas: replicas.optional(),
  ports: ports.optional(),
  resources: resources.optional(),
  env: env.optional(),
  labels: labels.optional(),
  nodeSelector: labels.optional(),
  health: health.optional(),
  onPartition: onPartition.optional(),
})
export type DeployBody = z.output<typeof deployBody>

/** What may be changed of a workload that exists: the body of `PATCH /api/workloads/:name`. */
export const changeBody = z.strictObject({
  replicas: replicas.optional(),
  image: image.optional(),
  bundle: bundle.optional(),
  command: command.optional(),
  args: args.optional(),
  ports: ports.optional(),
  resources: resources.optional(),
  env: env.optional(),
  labels: labels.optional(),
  nodeSelector: labels.optional(),
  health: health.optional(),
  onPartition: onPartition.optional(),
})
export type ChangeBody = z.output<typeof changeBody>
