/** Versions of a workload: what it was, the way back, and a change held under way. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { CHANGE_LETTERS_MAX, VERSION_CHANGES_MAX } from '../limits.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { changeText } from '../text/change-text.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'
import { addWaitFlags, answerChanged, WAIT_TIMEOUT, type WaitFlags } from './waiting.ts'

export function versionCommands(program: Command, act: Act): void {
  program
    .command('versions')
    .summary('what a workload was before')
    .description(
      'Lists the earlier versions of a workload, the latest first, each with what was changed when ' +
        'another took its place; of an ended one too. How many copies there are, and a pause, make none.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium versions web')
    .action(act(versions))
  const back = program
    .command('rollback')
    .summary('take a workload back')
    .description(
      'Takes a workload back to what it was before its last change, or to the version that is named: ' +
        'what runs and all rules. Copies are replaced only where they differ, and as many stay wanted ' +
        'as are now. An ended workload comes back by it.',
    )
    .argument('<name>')
  addWaitFlags(back)
    .option('--to <version>', 'one of those that `mycelium versions` lists')
    .addHelpText('after', '\nExample:\n  mycelium rollback web')
    .action(act(rollback))
  const anew = program
    .command('restart')
    .summary('start all copies anew')
    .description(
      'Starts all copies of a workload anew, though nothing about it has changed. They are replaced as ' +
        'its rollout says, so one that rolls serves all the while; each goes where fewer copies are.',
    )
    .argument('<name>')
  addWaitFlags(anew)
    .addHelpText('after', '\nExample:\n  mycelium restart web --wait')
    .action(act(restart))
  program
    .command('rollout')
    .summary('hold a change, let it go on, or take it back')
    .description(
      'Holds a change that is under way, so that what serves stays; or lets it go on; or takes it ' +
        'back to what ran before it. A canary is promoted to its next share of the requests, with --all to all of them.',
    )
    .argument('<pause|resume|promote|rollback>')
    .argument('<name>')
    .option('--all', 'promote to all of the requests')
    .addHelpText('after', '\nExample:\n  mycelium rollout promote web')
    .action(act(rollout))
}

async function versions(context: Context, [name = '']: string[]): Promise<void> {
  const node = await context.node()
  const answer = await node.call.workloads.versions({ name })
  context.answer(answer, () => {
    if (answer.versions.length === 0) return `No earlier version of ${name} is kept.`
    return answer.versions.map(versionText).join('\n')
  })
}

type Version = Outputs['workloads']['versions']['versions'][number]
type Change = NonNullable<Version['changed']>['changes'][number]

function versionText({ generation, parts, by, until, changed, takenBack }: Version): string {
  const what = parts.map(({ image, bundle }) => image ?? bundle?.slice(0, 19) ?? '').join(', ')
  const back = takenBack === undefined ? '' : `. ${takenBack.replace(/\.$/, '')}`
  const head = `Version ${generation} of ${by.name}: ${what}, until ${until}${back}`
  if (!changed) return `${head}.`
  const [mark] = changed.changes
  if (mark && isOfRestarts(changed.changes)) {
    // A restart says from which version it began; an older mark, or none, came back with one before.
    return mark.after === String(generation)
      ? `${head}. Then it was restarted: copies were replaced.`
      : `${head}. Then its restart was taken back, and copies were replaced.`
  }
  const copies = changed.replaces ? 'copies were replaced' : 'copies stayed'
  const shown = changed.changes.slice(0, VERSION_CHANGES_MAX).map(lineOf)
  const left = changed.changes.length - shown.length
  const more = left > 0 ? [`  and ${left} more (--json has all)`] : []
  return [`${head}. Then this changed, and ${copies}:`, ...shown, ...more].join('\n')
}

/** Nothing has changed but when copies were started anew last. */
function isOfRestarts(changes: readonly Change[]): boolean {
  return changes.length === 1 && changes[0]?.path === 'restarted'
}

function lineOf(change: Change): string {
  const text = changeText(change)
  const isLong = text.length > CHANGE_LETTERS_MAX
  return `  ${isLong ? `${text.slice(0, CHANGE_LETTERS_MAX)}…` : text}`
}

async function rollback(
  context: Context,
  [name = '']: string[],
  { to, underWay, wait, timeout }: WaitFlags & { to?: string; underWay?: boolean },
): Promise<void> {
  const timeoutMs = durationMs('--timeout', timeout)
  const node = await context.node()
  const generation = to === undefined ? undefined : wholeNumber('--to', to)
  const now = await node.call.workloads.rollback({
    name,
    ...(generation !== undefined && { generation }),
    ...(underWay && { underWay }),
  })
  const said = `${name} goes back, as generation ${now.generation}.`
  await answerChanged(context, node, now, { wait, timeoutMs, said })
}

async function restart(
  context: Context,
  [name = '']: string[],
  { wait, timeout }: WaitFlags,
): Promise<void> {
  const timeoutMs = durationMs('--timeout', timeout)
  const node = await context.node()
  const now = await node.call.workloads.restart({ name })
  const said = `${name} starts anew, as generation ${now.generation}.`
  await answerChanged(context, node, now, { wait, timeoutMs, said })
}

async function rollout(
  context: Context,
  [what = '', name = '']: string[],
  { all = false }: { all?: boolean },
): Promise<void> {
  if (what === 'rollback') {
    return rollback(context, [name], { underWay: true, timeout: WAIT_TIMEOUT })
  }
  if (what !== 'pause' && what !== 'resume' && what !== 'promote') {
    throw wrongUsage('rollout: pause, resume, promote or rollback.')
  }
  const node = await context.node()
  if (what === 'promote') {
    const now = await node.call.workloads.promote({ name, all })
    const share = now.canary?.share ?? 100
    context.answer(now, () => `${share} % of the requests go to the new version of ${name}.`)
    return
  }
  const before = await node.call.workloads.get({ name })
  if (what === 'resume' && !before.rollout.paused) {
    throw new CommandFailure(EXIT.REFUSED, 'NOT_PAUSED', `Changes of ${name} are not held.`)
  }
  const now = await node.call.workloads.change({ name, rollout: { paused: what === 'pause' } })
  context.answer(now, () => {
    if (what === 'resume') return `The change of ${name} goes on.`
    const resume = `mycelium rollout resume ${name}`
    // As it stands once it is held: what was begun by then may be over.
    return now.conditions.some(({ code }) => code === 'ROLLOUT_PAUSED')
      ? `The change of ${name} waits until: ${resume}`
      : `Nothing is under way. The next change of ${name} waits until: ${resume}`
  })
}
