/** What instances may connect to outside of the network (docs/adr/0035): as people say it, and as it is stored. */
import { z } from 'zod'
import { formatRange, parseRange } from '../addresses/index.ts'
import type { WrongField } from './errors.ts'
import { hostName, portNumber, protocol } from './fields.ts'
import type { Egress, EgressRule, Workload } from './index.ts'
import { EGRESS_PORTS_MAX, EGRESS_RULES_MAX } from './limits.ts'

const ports = z
  .array(portNumber)
  .min(1, { error: 'Name at least one port.' })
  .max(EGRESS_PORTS_MAX, { error: `Name at most ${EGRESS_PORTS_MAX} ports.` })

/** A name that others resolve: with a dot, and no address. */
const outsideName = hostName.refine((text) => text.includes('.') && !/^[\d.]+$/.test(text), {
  error: 'A whole host name, such as "api.example.org"; an address stands under "address".',
})

const address = z.string().refine((text) => parseRange(text) !== undefined, {
  error: 'An IPv4 address, or a range such as "203.0.113.0/24" with nothing set behind the prefix.',
})

const rule = z
  .strictObject({
    host: outsideName.exactOptional(),
    address: address.exactOptional(),
    ports,
    protocol: protocol.exactOptional(),
  })
  .superRefine((said, context) => {
    if ((said.host === undefined) === (said.address === undefined)) {
      context.addIssue({ code: 'custom', message: 'Say either "host" or "address".' })
    }
    if (said.host !== undefined && said.protocol === 'udp') {
      const message = 'A host name is reached by TCP alone; name an address for UDP.'
      context.addIssue({ code: 'custom', path: ['protocol'], message })
    }
  })

export const egress = z.union([
  z.enum(['none', 'all'], { error: 'Must be "none", "all" or a list of hosts and addresses.' }),
  z.array(rule).max(EGRESS_RULES_MAX, { error: `Name at most ${EGRESS_RULES_MAX}.` }),
])
type EgressBody = z.output<typeof egress>

export const storedEgress = z.union([
  z.literal('all'),
  z
    .array(
      z.union([
        z.strictObject({ host: outsideName, ports }),
        z.strictObject({ address, ports, protocol }),
      ]),
    )
    .min(1)
    .max(EGRESS_RULES_MAX),
])

/** Undefined for what is none. */
export function parseStoredEgress(value: unknown): Egress | undefined {
  const parsed = storedEgress.safeParse(value)
  return parsed.success ? parsed.data : undefined
}

/** The field of the workload; no field where it reaches nothing. */
export function egressField(
  said: EgressBody | undefined,
  before: Egress | undefined,
): Pick<Workload, 'egress'> {
  const egress = said === undefined ? before : toEgress(said)
  return egress ? { egress } : {}
}

function toEgress(said: EgressBody): Egress | undefined {
  if (said === 'all') return 'all'
  if (said === 'none' || said.length === 0) return undefined
  return said.flatMap(({ host, address, ports, protocol = 'tcp' }): EgressRule[] => {
    if (host !== undefined) return [{ host, ports }]
    const range = address === undefined ? undefined : parseRange(address)
    return range ? [{ address: formatRange(range), ports, protocol }] : []
  })
}

/** A host name leads to one place: outside, or to another workload. */
export function wrongEgress({ egress, uses }: Pick<Workload, 'egress' | 'uses'>): WrongField[] {
  if (!Array.isArray(egress)) return []
  const taken = new Set(uses.map(({ as }) => as))
  return egress.flatMap((rule, index) => {
    if (!('host' in rule)) return []
    const twice = taken.has(rule.host)
    taken.add(rule.host)
    return twice ? [{ path: `egress.${index}.host`, message: 'Named twice, or under “uses”.' }] : []
  })
}
