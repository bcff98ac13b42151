/** What a workload says of connections out of the network. */
import { z } from 'zod'

const portNumber = z.number().int().min(1).max(65_535)
const protocol = z.enum(['tcp', 'udp'])

/**
 * One `host` (TCP), or one `address` (IPv4, or a range such as `203.0.113.0/24`), with its ports. A
 * computer's home network is reached by neither, unless its owner opens it.
 */
const rule = z.strictObject({
  host: z.string().max(253).optional(),
  address: z.string().max(18).optional(),
  ports: z.array(portNumber).min(1).max(15),
  protocol: protocol.optional(),
})

/** `none` (the default), a list, or `all` of the Internet. */
export const egress = z.union([z.enum(['none', 'all']), z.array(rule).max(32)])

export const egressView = z.union([z.enum(['none', 'all']), z.array(rule)])
