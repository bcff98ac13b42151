import type { Context } from '../context.ts'
import type { NodeClient, Outputs } from '../node-client.ts'

type Workload = Outputs['workloads']['get']

/** What a person should hear of who can reach a workload, and of what it is to connect to. */
export async function warnOf(
  context: Context,
  node: NodeClient,
  workload: Workload,
): Promise<void> {
  tellName(context, workload)
  warnOfEdge(context, workload)
  await warnOfEgress(context, node, workload)
}

/** Of one that is called otherwise than was asked for, since another owner was first. */
export function tellName(context: Context, { name, shortName }: Workload): void {
  if (shortName === undefined) return
  context.notice(
    `“${shortName}” is another owner’s name in this network: yours is ${name}. ` +
      `Here “${shortName}” means yours, in every command and at this computer’s edge.`,
  )
}

/** Rules for requests that cannot come. */
function warnOfEdge(context: Context, { name, edge, ports }: Workload): void {
  const { access, rate, https } = edge
  const isRuled = access !== 'public' || rate !== undefined || https !== undefined
  if (!isRuled || ports.some(({ protocol }) => protocol === 'tcp')) return
  context.notice(
    `Warning: ${name} declares no port, so no request reaches it, whatever is said of them: -p 0:PORT declares one.`,
  )
}

async function warnOfEgress(
  context: Context,
  node: NodeClient,
  { name, egress }: Workload,
): Promise<void> {
  if (egress === 'all') {
    context.notice(
      `Warning: ${name} may connect to all of the Internet. Whoever breaks into it can attack others ` +
        'from the computers that run it, and carry off what it knows. A list is safer: --egress host:port.',
    )
  } else if (egress !== 'none' && egress.some((rule) => rule.address !== undefined)) {
    const { conditions } = await node.call.workloads.why({ name })
    const shielded = conditions.find(({ code }) => code === 'EGRESS_SHIELDED')
    if (shielded) context.notice(`Warning: ${shielded.message}`)
  }
}
