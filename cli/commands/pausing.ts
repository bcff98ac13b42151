/** A workload of which nothing runs until it goes on again. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import type { Act } from '../run.ts'
import { durationMs } from '../text/parse.ts'
import { addWaitFlags, answerChanged, type WaitFlags } from './waiting.ts'

export function pausingCommands(program: Command, act: Act): void {
  program
    .command('pause')
    .summary('let nothing of a workload run for a while')
    .description(
      'Ends all copies of a workload until it is resumed. All else stays: its name, its data, its ' +
        'secrets, its versions, its logs. Who asks for it meanwhile is told that it is paused.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium pause web')
    .action(act(pause))
  const on = program
    .command('resume')
    .summary('let a workload go on that was paused')
    .description(
      'As many copies run again as before, of what is wanted by now. A change of a workload that goes on ' +
        'is another matter: mycelium rollout.',
    )
    .argument('<name>')
  addWaitFlags(on)
    .addHelpText('after', '\nExample:\n  mycelium resume web --wait')
    .action(act(resume))
}

async function pause(context: Context, [name = '']: string[]): Promise<void> {
  const node = await context.node()
  const now = await node.call.workloads.pause({ name })
  const { copies = 1 } = now.paused ?? {}
  const count = `${copies} ${copies === 1 ? 'copy' : 'copies'}`
  context.answer(now, () => `${name} is paused. For ${count} again: mycelium resume ${name}`)
}

async function resume(
  context: Context,
  [name = '']: string[],
  { wait, timeout }: WaitFlags,
): Promise<void> {
  const timeoutMs = durationMs('--timeout', timeout)
  const node = await context.node()
  const before = await node.call.workloads.get({ name })
  if (!before.paused) throw new CommandFailure(EXIT.REFUSED, 'NOT_PAUSED', `${name} is not paused.`)
  const now = await node.call.workloads.resume({ name })
  await answerChanged(context, node, now, { wait, timeoutMs, said: `${name} goes on.` })
}
