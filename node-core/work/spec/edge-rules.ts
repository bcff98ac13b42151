/** What a workload asks of the edge (docs/adr/0032): as people say it, as it is stored, filled up. */
import { z } from 'zod'
import { DEFAULT_PORTS } from '../../base/net/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import type { WrongField } from './errors.ts'
import { portNumber } from './fields.ts'
import type { EdgeRules, Parts, Workload } from './index.ts'
import {
  EDGE_ANSWER_MS_MAX,
  EDGE_ANSWER_MS_MIN,
  EDGE_BURST_MAX,
  EDGE_IDLE_MS_MAX,
  EDGE_OWNERS_MAX,
  EDGE_PORT_MIN,
  EDGE_RATE_MAX,
  EDGE_TCP_MAX,
} from './limits.ts'

/** For everybody, by host name, with no port of its own. */
const DEFAULT_EDGE: EdgeRules = {
  access: 'public',
  tcp: [],
  answerMs: 120_000,
  idleMs: 3_600_000,
}

const owner = z.string().transform((text, context): OwnerId => {
  const parsed = parseOwnerId(text)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: 'Not an owner’s id: 64 hex digits.' })
  return z.NEVER
})
const access = z.union(
  [
    z.enum(['public', 'members']),
    z.strictObject({ owners: z.array(owner).min(1).max(EDGE_OWNERS_MAX) }),
  ],
  { error: 'Must be "public", "members" or { "owners": [ids] }.' },
)
const perMinute = z.number().int().min(1).max(EDGE_RATE_MAX)
const burst = z.number().int().min(1).max(EDGE_BURST_MAX)
const edgePort = portNumber.refine((port) => port >= EDGE_PORT_MIN, {
  error: `Take a port from ${EDGE_PORT_MIN} up: not every node may have those below.`,
})
/** Refused where it is said alone: what is stored stays readable, and no edge listens there. */
const saidPort = edgePort.refine((port) => !NODE_PORTS.includes(port), {
  error:
    `Nodes listen there themselves: ${DEFAULT_PORTS.mesh} for each other, ${DEFAULT_PORTS.api} for ` +
    `their API, ${DEFAULT_PORTS.edge} for HTTP. Take another.`,
})
const NODE_PORTS: readonly number[] = Object.values(DEFAULT_PORTS)
const publishedAt = (port: typeof edgePort) =>
  z.array(z.strictObject({ port, containerPort: portNumber })).max(EDGE_TCP_MAX)
const answerMs = z.number().int().min(EDGE_ANSWER_MS_MIN).max(EDGE_ANSWER_MS_MAX)
const idleMs = z.number().int().min(EDGE_ANSWER_MS_MIN).max(EDGE_IDLE_MS_MAX)

export const edgeBody = z.strictObject({
  access: access.exactOptional(),
  /** `null` takes a limit away again. */
  rate: z.strictObject({ perMinute, burst: burst.exactOptional() }).nullable().exactOptional(),
  tcp: publishedAt(saidPort).exactOptional(),
  answerMs: answerMs.exactOptional(),
  idleMs: idleMs.exactOptional(),
  https: z.enum(['offer', 'redirect']).exactOptional(),
})
type EdgeBody = z.output<typeof edgeBody>

export const storedEdge = z.strictObject({
  access,
  rate: z.strictObject({ perMinute, burst }).exactOptional(),
  tcp: publishedAt(edgePort),
  answerMs,
  idleMs,
  https: z.literal('redirect').exactOptional(),
})

export function edgeOf({ edge }: Pick<Workload, 'edge'>): EdgeRules {
  return edge ?? DEFAULT_EDGE
}

/** The rules with what was said in place of what was. Undefined where neither says anything. */
export function changedEdge(
  before: EdgeRules | undefined,
  body: EdgeBody | undefined,
): EdgeRules | undefined {
  if (!body) return before
  const { rate, https, ...said } = body
  const { rate: rateBefore, https: httpsBefore, ...plain } = { ...DEFAULT_EDGE, ...before, ...said }
  // What is not asked for is not stored.
  const rules: EdgeRules = {
    ...plain,
    ...((https ?? httpsBefore) === 'redirect' && { https: 'redirect' }),
  }
  if (rate === null) return rules
  if (!rate) return rateBefore ? { ...rules, rate: rateBefore } : rules
  // Room for a second's worth at once, unless told otherwise.
  const atOnce = rate.burst ?? Math.min(EDGE_BURST_MAX, Math.ceil(rate.perMinute / 60))
  return { ...rules, rate: { perMinute: rate.perMinute, burst: atOnce } }
}

/** Ports that are published have to be declared, and once. */
export function wrongEdge(rules: EdgeRules | undefined, parts: Parts): WrongField[] {
  const declared = new Set(
    parts.flatMap(({ ports }) =>
      ports.filter(({ protocol }) => protocol === 'tcp').map((port) => port.containerPort),
    ),
  )
  const seen = new Set<number>()
  return (rules?.tcp ?? []).flatMap(({ port, containerPort }, index) => {
    const wrong: WrongField[] = []
    const at = `edge.tcp.${index}`
    if (seen.has(port)) wrong.push({ path: `${at}.port`, message: 'Published twice.' })
    seen.add(port)
    if (!declared.has(containerPort)) {
      const message = 'Not a TCP port that the workload declares.'
      wrong.push({ path: `${at}.containerPort`, message })
    }
    return wrong
  })
}
