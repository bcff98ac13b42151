/** What came in through the edge of this node. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Act } from '../run.ts'
import { wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'

export function requestsCommand(program: Command, act: Act): void {
  program
    .command('requests')
    .summary('what came in through the edge')
    .description(
      'The last requests that this node’s edge took in, the latest last: of one workload, or of all. ' +
        'They are kept in memory, without queries, headers and bodies.',
    )
    .argument('[name]', 'one workload')
    .option('--tail <n>', 'how many at most', '100')
    .addHelpText('after', '\nExample:\n  mycelium requests web --tail 20')
    .action(act(requests))
}

async function requests(
  context: Context,
  [workload]: string[],
  flags: { tail: string },
): Promise<void> {
  const limit = wholeNumber('--tail', flags.tail)
  const node = await context.node()
  const of = { limit, ...(workload !== undefined && { workload }) }
  const answer = await node.call.edge.requests(of)
  context.answer(answer, () =>
    answer.requests.length === 0
      ? `Nothing came in here${workload === undefined ? '' : ` for ${workload}`} since this node started.`
      : table(
          ['AT', 'WORKLOAD', 'STATUS', 'MS', 'BYTES', 'METHOD', 'PATH', 'FROM', 'BY'],
          answer.requests.map((one) => [
            one.at,
            one.workload,
            String(one.status),
            one.tookMs.toFixed(1),
            String(one.bytes),
            one.method,
            one.path,
            one.member?.slice(0, 12) ?? one.client,
            one.instance ?? 'the edge itself',
          ]),
        ),
  )
}
