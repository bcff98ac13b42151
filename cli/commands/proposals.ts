/** Proposals of members, on which the members vote: hidden until the voting has closed. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { wrongUsage } from '../exit-codes.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { isOneOf } from '../text/choices.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'
import { table } from '../text/table.ts'

type Proposal = Outputs['proposals']['vote']
const CHOICES = ['yes', 'no'] as const

export function proposalCommands(program: Command, act: Act): void {
  const proposals = program
    .command('proposals')
    .summary('what the members vote on')
    .description('Lists proposals, makes one, and votes. Votes are hidden until the voting closes.')
    .addHelpText('after', '\nExample:\n  mycelium proposals vote 3 yes')
    .action(act(list))
  proposals
    .command('list')
    .summary('proposals, and how they stand')
    .description('Lists proposals. What was voted shows once the voting has closed.')
    .addHelpText('after', '\nExample:\n  mycelium proposals list')
    .action(act(list))
  proposals
    .command('make')
    .summary('put a proposal to the members')
    .description(
      'Puts a proposal to all who are members now. It passes if more than half of them say yes. ' +
        'An admin’s may change a setting of the network then, by itself.',
    )
    .argument('<text>', 'what to vote on')
    .option('--set <name=value>', 'a setting to change if it passes; the value as JSON or text')
    .option('--closes <duration>', 'how long members may vote', '24h')
    .option('--reveals <duration>', 'how long their nodes may take to reveal the votes then', '24h')
    .addHelpText('after', '\nExample:\n  mycelium proposals make "Shall Ben’s shop move in?"')
    .action(act(make))
  proposals
    .command('vote')
    .summary('say yes or no')
    .description(
      'Votes, in place of what you voted before. Nobody sees the vote until the voting has closed; ' +
        'then this computer reveals it by itself, so it has to run for a moment after that.',
    )
    .argument('<id>', 'its number')
    .argument('<choice>', CHOICES.join(' or '))
    .addHelpText('after', '\nExample:\n  mycelium proposals vote 3 yes')
    .action(act(vote))
}

async function list(context: Context): Promise<void> {
  const node = await context.node()
  const answer = await node.call.proposals.list()
  context.answer(answer, () => {
    if (answer.proposals.length === 0) return 'There are no proposals.'
    return table(
      ['ID', 'STATE', 'VOTED', 'YES', 'NO', 'UNTIL', 'YOU', 'PROPOSAL'],
      answer.proposals.map((one) => [
        String(one.id),
        one.refused ? `${one.state}, not set: ${one.refused}` : one.state,
        `${one.votes} of ${one.members}`,
        one.yes === undefined ? 'hidden' : String(one.yes),
        one.no === undefined ? 'hidden' : String(one.no),
        (one.state === 'voting' ? one.closesAt : one.endsAt) ?? '',
        one.own === 'none' && one.state === 'voting' && !one.mayVote
          ? 'came later: no vote'
          : OWN[one.own],
        one.change ? `${one.text} (${assignment(one.change)})` : one.text,
      ]),
    )
  })
}

async function make(
  context: Context,
  [text = '']: string[],
  options: { set?: string; closes: string; reveals: string },
): Promise<void> {
  const change = options.set === undefined ? {} : { change: changeOf(options.set) }
  const closesInSeconds = secondsOf('--closes', options.closes)
  const revealSeconds = secondsOf('--reveals', options.reveals)
  const node = await context.node()
  const made = await node.call.proposals.make({ text, ...change, closesInSeconds, revealSeconds })
  context.answer(
    made,
    () =>
      `Proposal ${made.id} is open for ${options.closes}. To vote: mycelium proposals vote ${made.id} yes`,
  )
}

async function vote(context: Context, [id = '', choice = '']: string[]): Promise<void> {
  if (!isOneOf(CHOICES, choice))
    throw wrongUsage(`“${choice}” is no vote: ${CHOICES.join(' or ')}.`)
  const number = wholeNumber('<id>', id)
  const node = await context.node()
  const voted = await node.call.proposals.vote({ id: number, choice })
  context.answer(voted, () => afterVote(voted))
}

function afterVote({ id, own, closesAt, endsAt }: Proposal): string {
  if (own === 'kept') {
    return (
      `Too few of the committee are in reach. Your vote on ${id} is kept on this computer, which sends it ` +
      'as soon as it can, if the voting is open then.'
    )
  }
  const closes = closesAt ? ` (${closesAt})` : ''
  const ends = endsAt ? `, until ${endsAt} at the latest` : ''
  return (
    `Your vote on ${id} is in. Nobody sees it until the voting closes${closes}; then this computer ` +
    `reveals it by itself. It has to run for a moment after that${ends}.`
  )
}

const OWN: Record<Proposal['own'], string> = {
  none: '',
  kept: 'kept here, not sent yet',
  committed: 'voted',
  elsewhere: 'voted elsewhere',
  revealed: 'revealed',
  missed: 'came too late',
  silent: 'not revealed in time',
}

function changeOf(text: string): { setting: string; value: unknown } {
  const at = text.indexOf('=')
  if (at < 1) throw wrongUsage(`--set: “${text}” is not NAME=VALUE.`)
  const value = text.slice(at + 1)
  return { setting: text.slice(0, at), value: jsonOr(value) }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Most values are plain words, and quotes within quotes are a nuisance in a shell.
    return text
  }
}

function assignment({ setting, value }: NonNullable<Proposal['change']>): string {
  return `${setting} = ${JSON.stringify(value)}`
}

function secondsOf(flag: string, text: string): number {
  return Math.ceil(durationMs(flag, text) / 1_000)
}
