/** Owners of the network: who is in, who waits, who may do what. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import { isBecause } from '../failures.ts'
import type { Inputs, NodeClient } from '../node-client.ts'
import type { Act } from '../run.ts'
import { isOneOf } from '../text/choices.ts'
import { short } from '../text/format.ts'
import { table } from '../text/table.ts'

const PERMISSIONS = ['admin', 'invite', 'deploy', 'use'] as const

export function memberCommands(program: Command, act: Act): void {
  const members = program
    .command('members')
    .summary('who is in the network')
    .description('Lists owners and who waits to be let in; approves, changes and removes them.')
    .addHelpText('after', '\nExample:\n  mycelium members approve ben')
    .action(act(list))
  members
    .command('list')
    .summary('owners, and who waits')
    .description('Lists owners and who waits to be let in.')
    .addHelpText('after', '\nExample:\n  mycelium members list')
    .action(act(list))
  members
    .command('approve')
    .summary('let an owner in')
    .description('Lets in somebody who asked by a seed file.')
    .argument('<owner>', 'its name or id')
    .argument('[permission...]', `${PERMISSIONS.join(', ')} (default: deploy, use)`)
    .addHelpText('after', '\nExample:\n  mycelium members approve ben deploy use')
    .action(
      act(async (context, [owner = '', ...rest]) => {
        const node = await context.node()
        const permissions = rest.length > 0 ? { permissions: permissionsOf(rest) } : {}
        const member = await node.call.members.approve({ owner, ...permissions })
        context.answer(member, () => `${member.name} is in.`)
      }),
    )
  members
    .command('grant')
    .summary('let an owner do more')
    .description('Adds permissions to those that an owner has.')
    .argument('<owner>', 'its name or id')
    .argument('<permission...>', PERMISSIONS.join(', '))
    .option('--set', 'these and no others')
    .addHelpText('after', '\nExample:\n  mycelium members grant ben invite')
    .action(
      act((context, words, { set = false }: { set?: boolean }) => {
        return change(context, words, set ? 'set' : 'add')
      }),
    )
  members
    .command('revoke')
    .summary('let an owner do less')
    .description('Takes permissions away from an owner. It keeps the others it has.')
    .argument('<owner>', 'its name or id')
    .argument('<permission...>', PERMISSIONS.join(', '))
    .addHelpText('after', '\nExample:\n  mycelium members revoke ben invite')
    .action(act((context, words) => change(context, words, 'take')))
  members
    .command('remove')
    .summary('remove an owner for good, or do not let one in')
    .description(
      'Removes an owner and all its nodes. This cannot be taken back. One who waits is not let in, and may ask again.',
    )
    .argument('<owner>', 'its name or id')
    .addHelpText('after', '\nExample:\n  mycelium members remove ben')
    .action(
      act(async (context, [owner = '']) => {
        const { call } = await context.node()
        const isTurnedAway = await turnedAway(call, owner)
        if (!isTurnedAway) await call.members.remove({ owner })
        const done = isTurnedAway ? 'was not let in, and may ask again' : 'is removed'
        context.answer({}, () => `${owner} ${done}.`)
      }),
    )
}

/** Whoever waits is not let in; false for a member, of whom nothing is changed. */
async function turnedAway({ members }: NodeClient['call'], owner: string): Promise<boolean> {
  try {
    await members.remove({ owner, ifState: 'waiting' })
    return true
  } catch (error) {
    if (isBecause(error, 'NOT_WAITING')) return false
    throw error
  }
}

async function change(
  context: Context,
  [owner = '', ...rest]: string[],
  how: Inputs['members']['grant']['how'],
): Promise<void> {
  const node = await context.node()
  const member = await node.call.members.grant({ owner, permissions: permissionsOf(rest), how })
  context.answer(member, () => `${member.name} may ${member.permissions.join(', ')}.`)
}

type Permissions = Inputs['members']['grant']['permissions']

function permissionsOf(words: readonly string[]): Permissions {
  return words.map((word) => {
    if (isOneOf(PERMISSIONS, word)) return word
    throw wrongUsage(`“${word}” is no permission: ${PERMISSIONS.join(', ')}.`)
  })
}

async function list(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.members.list()
  const { primary } = await node.call.node.status()
  const voters = new Set(primary?.voters)
  context.answer(answer, () =>
    table(
      ['NAME', 'STATE', 'MAY', 'NODES', 'VOTES', 'SINCE', 'ID'],
      answer.members.map((each) => [
        each.founder ? `${each.name} (founder)` : each.name,
        each.state,
        each.permissions.join(','),
        String(each.nodes.length),
        String(each.nodes.filter((id) => voters.has(id)).length),
        each.since ?? '',
        short(each.owner),
      ]),
    ),
  )
}
