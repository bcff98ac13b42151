/** What this computer gives: the part that it plays. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { isOneOf, ROLES } from '../text/choices.ts'
import { keptText, roleText } from '../text/committee.ts'

export function contributeCommand(program: Command, act: Act): void {
  program
    .command('contribute')
    .summary('the part that this computer plays')
    .description(
      'Says which part this computer plays, or has it play another one:\n' +
        '  sclerotia   backbone: an admin’s own keeps its vote, anybody else’s votes when it is needed\n' +
        '  rhizomorph  shares, and votes while it is needed\n' +
        '  hypha       only uses the network, and never votes',
    )
    .option('--role <role>', ROLES.join(', '))
    .addHelpText('after', '\nExample:\n  mycelium contribute --role rhizomorph')
    .action(act(contribute))
}

async function contribute(
  context: Context,
  _args: string[],
  { role }: { role?: string },
): Promise<void> {
  if (role !== undefined && !isOneOf(ROLES, role)) throw wrongUsage(`--role: ${ROLES.join(', ')}.`)
  const { call } = await context.node()
  const answer = role === undefined ? await call.node.status() : await call.node.change({ role })
  context.answer(answer, () => (role === undefined ? nowText(answer) : chosenText(role, answer)))
}

function nowText(of: Outputs['node']['status']): string {
  return [`${of.node.name} is ${roleText(of)} now.`, keptText(of)].filter(Boolean).join(' ')
}

/** The registry holds it a few seconds later, and the committee goes by that. */
function chosenText(role: string, of: Outputs['node']['status']): string {
  const kept = keptText(of)
  if (kept !== undefined) return kept
  const text = roleText(of)
  const until = of.role === role ? '' : ' until the network has taken that up'
  const now = text === role ? '' : ` It is ${text}${until}.`
  return `Chosen for ${of.node.name}: ${role}.${now}`
}
