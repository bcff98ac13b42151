/** Who keeps the network's registry. */
import type { Command } from 'commander'
import type { Act } from '../run.ts'
import { votingText } from '../text/committee.ts'

export function committeeCommands(program: Command, act: Act): void {
  const changes = [
    [
      'promote',
      'into the committee',
      'Takes a node into the committee that keeps the registry, to stay: it learns first, then votes.',
      'is in',
    ],
    [
      'demote',
      'out of the committee',
      'Takes a node out of the committee. It votes no more until it is promoted or released. The ' +
        'last one that votes hands the registry to another one, if there is one.',
      'is out',
    ],
  ] as const
  for (const [name, summary, description, done] of changes) {
    program
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<node>', 'its name or its id in any form')
      .addHelpText('after', `\nExample:\n  mycelium ${name} ben`)
      .action(
        act(async (context, [id = '']) => {
          const node = await context.node()
          const answer = await node.call.primary[name]({ id })
          context.answer(answer, () => `${id} ${done}: ${votingText(answer)}${alsoText(answer)}`)
        }),
      )
  }
  program
    .command('release')
    .summary('the network decides about a node')
    .description(
      'Takes back that a node was promoted or demoted: the network decides again if it votes.',
    )
    .argument('<node>', 'its name or its id in any form')
    .addHelpText('after', '\nExample:\n  mycelium release ben')
    .action(
      act(async (context, [id = '']) => {
        const node = await context.node()
        const answer = await node.call.primary.release({ id })
        context.answer(answer, () => `The network decides whether ${id} votes.`)
      }),
    )
  program
    .command('transfer')
    .summary('the lead to another node')
    .description(
      'Hands the lead of the committee to a node that votes. Nothing that is under way is lost.',
    )
    .argument('<node>', 'its name or its id in any form')
    .addHelpText('after', '\nExample:\n  mycelium transfer ben')
    .action(
      act(async (context, [id = '']) => {
        const node = await context.node()
        const answer = await node.call.primary.transfer({ id })
        context.answer(answer, () => `${id} leads the committee.`)
      }),
    )
}

/** What had to go along with a node that was demoted. */
function alsoText({ alsoOut }: Votes & { alsoOut?: string[] | undefined }): string {
  return alsoOut ? `\nOut too, since nothing was heard of it: ${alsoOut.join(', ')}.` : ''
}

type Votes = Parameters<typeof votingText>[0]
