/** Keeping work away from a node, moving it away, and letting it come again. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { POLL_PERIOD_MS } from '../limits.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { copyName } from '../text/copy-name.ts'
import { durationMs } from '../text/parse.ts'

export function cordonCommands(program: Command, act: Act): void {
  const cordons = [
    [
      'cordon',
      'take no new work',
      'Keeps new work away from a node; what runs there stays.',
      'takes no new work',
    ],
    ['uncordon', 'take work again', 'Lets new work onto a node again.', 'takes work again'],
  ] as const
  for (const [name, summary, description, said] of cordons) {
    program
      .command(name)
      .summary(summary)
      .description(description)
      .argument('<node>', 'its name or its id in any form')
      .addHelpText('after', `\nExample:\n  mycelium ${name} ben`)
      .action(
        act(async (context, [id = '']) => {
          const node = await context.node()
          const changed = await node.call.nodes[name]({ id })
          context.answer(changed, () => `${changed.name} ${said}${awayText(changed)}.`)
        }),
      )
  }
  program
    .command('drain')
    .summary('move work away')
    .description(
      'Keeps new work away and moves what runs there elsewhere, each copy once its successor is healthy.',
    )
    .argument('<node>', 'its name or its id in any form')
    .option('--wait', 'wait until nothing runs there any more')
    .option('--timeout <duration>', 'how long --wait waits', '5m')
    .addHelpText('after', '\nExample:\n  mycelium drain ben --wait')
    .action(act(drain))
  program
    .command('sleep')
    .summary('this computer is about to sleep')
    .description(
      'Tells the others that this computer is about to be away: they take over what it runs at once, and ' +
        'its silence needs no doubt. The word ends when it has slept, with `mycelium wake`, or with a restart.',
    )
    .option('--for <duration>', 'how long it means to be away; for people to read')
    .option('--wait', 'wait until nothing runs here any more')
    .option('--timeout <duration>', 'how long --wait waits', '5m')
    .addHelpText('after', '\nExample:\n  mycelium sleep --for 8h --wait && systemctl suspend')
    .action(act(goToSleep))
  program
    .command('wake')
    .summary('this computer is awake')
    .description('Takes back what `mycelium sleep` said: work may come again.')
    .addHelpText('after', '\nExample:\n  mycelium wake')
    .action(
      act(async (context) => {
        const node = await context.node()
        const changed = await node.call.nodes.wake()
        context.answer(changed, () => `${changed.name} is awake, and takes work again.`)
      }),
    )
}

async function goToSleep(
  context: Context,
  _: string[],
  flags: { for?: string; wait?: boolean; timeout: string },
): Promise<void> {
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const forMs = flags.for === undefined ? undefined : durationMs('--for', flags.for)
  const node = await context.node()
  const changed = await node.call.nodes.sleep(
    forMs === undefined ? {} : { forSeconds: Math.max(1, Math.round(forMs / 1_000)) },
  )
  const done = flags.wait ? await untilEmpty(context, node, changed, timeoutMs) : changed
  if (flags.wait) mustBeEmpty(done)
  context.answer(done, () =>
    done.instances === 0
      ? `Nothing runs on ${done.name}, and nothing new comes until it has slept, or \`mycelium wake\`.`
      : [`${done.name} is about to sleep: ${leftOn(done)}.`, ...whyOf(done)].join('\n'),
  )
}

type ClusterNode = Outputs['nodes']['drain']

async function drain(
  context: Context,
  [id = '']: string[],
  flags: { wait?: boolean; timeout: string },
): Promise<void> {
  const timeoutMs = durationMs('--timeout', flags.timeout)
  const node = await context.node()
  const changed = await node.call.nodes.drain({ id })
  const done = flags.wait ? await untilEmpty(context, node, changed, timeoutMs) : changed
  const { primary } = await node.call.node.status()
  const isNeeded = primary?.mayFail === 0 && primary.voters.includes(done.id)
  const then = isNeeded
    ? `. It votes, and the committee can spare nobody: while it is off, writes wait.`
    : ': it may be switched off.'
  if (flags.wait) mustBeEmpty(done)
  context.answer(done, () =>
    done.instances === 0
      ? `Nothing runs on ${done.name} any more${then}`
      : [`${done.name} takes no new work${awayText(done)}: ${leftOn(done)}.`, ...whyOf(done)].join(
          '\n',
        ),
  )
}

/** Or else what is left keeps data there. */
function mustBeEmpty(node: ClusterNode): void {
  if (node.drain?.state !== 'allButData') return
  const message = `${node.name} is drained but for ${namesOf(node)}, whose data lies there. While it is off, they wait.`
  throw new CommandFailure(EXIT.LEFT_BEHIND, 'LEFT_BEHIND', message, node.drain.left)
}

function namesOf({ drain }: ClusterNode): string {
  return (drain?.left ?? []).map(({ workload, index }) => copyName(workload, index)).join(', ')
}

/** A line for each copy that is left, and why it is. */
function whyOf({ drain }: ClusterNode): string[] {
  const left = drain?.left ?? []
  return left.map(
    ({ workload, index, reason }) => `  ${copyName(workload, index)}: ${reason.message}`,
  )
}

/** What was asked of one that is off holds when it comes back. */
function awayText({ status }: ClusterNode): string {
  return status === 'NotReady' ? ' (it is not in reach now)' : ''
}

/** Says how many are left, and why, whenever that changes; ends when what is left is there to stay. */
async function untilEmpty(
  context: Context,
  node: NodeClient,
  draining: ClusterNode,
  timeoutMs: number,
): Promise<ClusterNode> {
  const endMs = performance.now() + timeoutMs
  let said = ''
  for (let seen = draining; ; ) {
    const { nodes } = await node.call.nodes.list()
    seen = nodes.find((one) => one.id === draining.id) ?? seen
    if (seen.instances === 0 || seen.drain?.state === 'allButData') return seen
    const says = [leftOn(seen), ...whyOf(seen)].join('\n')
    if (said !== says) context.notice(says)
    said = says
    if (performance.now() > endMs) {
      const message = `${leftOn(seen)} on ${seen.name}. Where a copy cannot go elsewhere, \`mycelium why NAME\` says why.`
      const told = [message, ...whyOf(seen)].join('\n')
      throw new CommandFailure(EXIT.TIMED_OUT, 'TIMED_OUT', told, seen.drain?.left)
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_PERIOD_MS))
  }
}

function leftOn({ instances }: ClusterNode): string {
  return instances === 1 ? '1 copy is left' : `${instances} copies are left`
}
