/** Runs of a job: how they went, one begun by hand, and a schedule that is held. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import type { Act } from '../run.ts'
import { runsText } from '../text/runs-text.ts'

export function runCommands(program: Command, act: Act): void {
  program
    .command('runs')
    .summary('how the runs of a job went')
    .description(
      'Lists the runs of a job, the latest first, with what became of them; --verbose lists their slots.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium runs backup')
    .action(
      act(async (context: Context, [name = '']) => {
        const node = await context.node()
        const answer = await node.call.workloads.runs({ name })
        context.answer(answer, () => runsText(name, answer.runs, context.verbose))
      }),
    )
  program
    .command('run')
    .summary('run a job now')
    .description('Begins a run of a job now, whether or not it has a schedule.')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium run backup')
    .action(
      act(async (context: Context, [name = '']) => {
        const node = await context.node()
        const answer = await node.call.workloads.run({ name })
        context.answer(answer, () => `Run ${answer.run} of ${name} has begun.`)
      }),
    )
  program
    .command('schedule')
    .summary('hold a schedule, or let it go on')
    .description(
      'Holds the schedule of a job, or lets it go on: what was due meanwhile is not run.',
    )
    .argument('<what>', 'pause or resume')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium schedule pause backup')
    .action(act(schedule))
}

async function schedule(context: Context, [what = '', name = '']: string[]): Promise<void> {
  if (what !== 'pause' && what !== 'resume') throw wrongUsage('schedule: pause or resume.')
  const node = await context.node()
  const { job } = await node.call.workloads.get({ name })
  if (!job?.schedule) {
    throw new CommandFailure(EXIT.REFUSED, 'CONFLICT', `“${name}” has no schedule.`)
  }
  const paused = what === 'pause'
  const now = await node.call.workloads.change({ name, job: { schedule: { paused } } })
  const next = now.job?.nextRunAt
  context.answer(now, () =>
    paused
      ? `No run of ${name} begins until: mycelium schedule resume ${name}`
      : `The schedule of ${name} goes on${next === undefined ? '' : `; the next run is due ${next}`}.`,
  )
}
