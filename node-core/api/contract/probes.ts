/** Questions that tell how an instance is. */
import { z } from 'zod'

export const command = z.array(z.string().max(4_096)).max(128)
const portNumber = z.number().int().min(1).max(65_535)

/** How often it is asked, how long an answer may take, and how many failures in a row count. */
const probeTimes = {
  periodMs: z.number().int().positive().optional(),
  timeoutMs: z.number().int().positive().optional(),
  failures: z.number().int().positive().optional(),
}
const httpProbe = z.strictObject({
  kind: z.literal('http'),
  path: z.string().startsWith('/').max(1_024).optional(),
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

/**
 * `startup` holds the others back until it has passed; an instance whose `live` probe fails is
 * started again; one whose `ready` probe fails gets no traffic.
 */
export const probes = z.strictObject({
  startup: probe.optional(),
  live: probe.optional(),
  ready: probe.optional(),
})
/** Short for `probes.live`; `running` for none. */
export const healthCheck = z.discriminatedUnion('kind', [
  httpProbe,
  tcpProbe,
  commandProbe,
  z.strictObject({ kind: z.literal('running') }),
])
