import type { Context } from '../context.ts'
import type { NodeClient, Outputs } from '../node-client.ts'

/** What a person should hear of what a workload is to connect to. */
export async function warnOfEgress(
  context: Context,
  node: NodeClient,
  { name, egress }: Outputs['workloads']['get'],
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
