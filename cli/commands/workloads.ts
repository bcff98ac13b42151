/** Looking at and changing what runs. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, wrongUsage } from '../exit-codes.ts'
import { isNotFound } from '../failures.ts'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import type { Terminal } from '../terminal.ts'
import { paint } from '../text/color.ts'
import { versionWords } from '../text/copy-version.ts'
import { duration } from '../text/format.ts'
import { lastEndText } from '../text/last-end.ts'
import { nextStart } from '../text/next-start.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'
import { placementText } from '../text/placement.ts'
import { runningText } from '../text/running.ts'
import { scaledWhy } from '../text/scaled.ts'
import { table } from '../text/table.ts'
import { warming } from '../text/warming.ts'
import { lackOfNode, WINDOW_FOLDER } from '../window.ts'
import { lastEnds } from './last-ends.ts'
import { addWaitFlags, answerChanged, type WaitFlags } from './waiting.ts'

export function workloadCommands(program: Command, act: Act): void {
  program
    .command('ps')
    .summary('what runs')
    .description('Lists workloads; with a name, the instances of that one.')
    .argument('[name]', 'one workload')
    .addHelpText('after', '\nExample:\n  mycelium ps web')
    .action(act(ps))
  addWaitFlags(
    program
      .command('scale')
      .summary('how many replicas')
      .description('Changes how many replicas of a workload are wanted.')
      .argument('<name>')
      .argument('<replicas>'),
  )
    .addHelpText('after', '\nExample:\n  mycelium scale web 3')
    .action(
      act(async (context, [name = '', count = ''], { wait, timeout }: WaitFlags) => {
        const replicas = wholeNumber('replicas', count)
        const timeoutMs = durationMs('--timeout', timeout)
        if (replicas === 0) {
          throw wrongUsage(
            `To end it, with a way back: mycelium delete ${name}. To have none of it while nobody asks ` +
              `for it: mycelium update ${name} --autoscale 0:1`,
          )
        }
        const node = await context.node()
        const changed = await node.call.workloads.change({ name, replicas })
        const said = `${name} is wanted ${replicas} times.`
        await answerChanged(context, node, changed, { wait, timeoutMs, said })
      }),
    )
  program
    .command('delete')
    .summary('end a workload')
    .description(
      'Ends a workload everywhere. It can be had back by `mycelium rollback`, its data for 30 days.',
    )
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium delete web')
    .action(
      act(async (context, [name = '']) => {
        const node = await context.node()
        context.answer(await node.call.workloads.delete({ name }), () => `${name} is ended.`)
        context.notice(`To have it back, with its data: mycelium rollback ${name}`)
      }),
    )
  program
    .command('open')
    .summary('open a workload, or the window')
    .description('Opens a workload in the browser; without a name, the window of this node.')
    .argument('[name]')
    .option('--print', 'print the address instead')
    .addHelpText('after', '\nExample:\n  mycelium open web')
    .action(act(open))
  program
    .command('why')
    .summary('why it runs where it runs')
    .description('Shows for every replica where it runs, and what speaks against each other node.')
    .argument('<name>')
    .addHelpText('after', '\nExample:\n  mycelium why web')
    .action(act(why))
}

async function ps(context: Context, [name]: string[]): Promise<void> {
  const node = await context.node()
  if (name !== undefined) {
    const one = await node.call.workloads.get({ name })
    context.answer(one, () => instancesText(one, context.terminal))
    return
  }
  const answer = await node.call.workloads.list()
  context.answer(answer, () =>
    answer.workloads.length === 0
      ? 'Nothing runs yet. Try: mycelium deploy --image IMAGE --name NAME'
      : table(
          ['NAME', 'STATUS', 'RUNNING', 'KIND', 'WHAT', 'OWNER', 'ADDRESS'],
          answer.workloads.map((each) => [
            each.name,
            paint(context.terminal, each.status),
            runningText(each),
            each.kind,
            whatOf(each),
            each.owner.name,
            each.url ?? '',
          ]),
        ),
  )
  const shut = answer.workloads.filter(({ url, edge }) => url && edge.access !== 'public')
  if (shut.length > 0) context.notice(opensBy(shut.map((each) => each.name)))
}

/** The address alone answers 401. */
function opensBy(names: readonly string[]): string {
  const [only = '', more] = names
  const [those, name] = more === undefined ? ['It is', only] : ['They are', 'NAME']
  return `Not for everybody: ${names.join(', ')}. ${those} opened by: mycelium open ${name}`
}

/** The image or program; of several containers the first, and how many more there are. */
function whatOf({ image, bundle, program, parts }: Outputs['workloads']['get']): string {
  const named = program && `${program.name} ${program.version}`
  const what = image ?? named ?? bundle?.slice(0, 19) ?? ''
  return parts.length > 1 ? `${what} and ${parts.length - 1} more` : what
}

function instancesText(of: Outputs['workloads']['get'], terminal: Terminal): string {
  const rows = of.instances.map((each) => [
    each.id,
    statusText(each, terminal),
    paint(terminal, each.health),
    each.nodeName,
    each.startedAt ? duration((Date.now() - Date.parse(each.startedAt)) / 1_000) : '',
    String(of.job ? (each.turn?.attempt ?? '') : each.restarts),
    [versionWords(each, of), stateText(each)].filter(Boolean).join(' '),
  ])
  // What ends is not started again: it is attempted anew, as another instance.
  const count = of.job ? 'ATTEMPT' : 'RESTARTS'
  const head = ['INSTANCE', 'STATUS', 'HEALTH', 'NODE', 'FOR', count, '']
  const notes = of.conditions.map(({ message }) => `! ${message}`)
  const running = `${of.running_instances} of ${of.replicas} running`
  const title = `${of.name}: ${of.status}, ${titleText(of) ?? running}`
  const ports = of.published.map(({ containerPort, address, reason }) =>
    address === undefined ? `! ${reason?.message}` : `TCP ${containerPort} at ${address}`,
  )
  return [title, table(head, rows), ...scaledText(of), ...ports, ...notes, ...heldText(of)].join(
    '\n',
  )
}

function titleText(of: Outputs['workloads']['get']): string | undefined {
  if (of.status === 'Scheduled') return runningText(of)
  if (!of.paused) return undefined
  return `since ${of.paused.at} by ${of.paused.by.name}; ${of.paused.copies} wanted then`
}

function statusText(
  { status, lost, unassigned }: Outputs['workloads']['get']['instances'][number],
  terminal: Terminal,
): string {
  if (lost) return `${status} (out of sight)`
  return unassigned ? `${status} (not assigned)` : paint(terminal, status)
}

/** While a change is under way the node says it; before that nothing would tell why the next one waits. */
function heldText({ name, rollout, conditions }: Outputs['workloads']['get']): string[] {
  if (!rollout.paused || conditions.some(({ code }) => code === 'ROLLOUT_PAUSED')) return []
  return [`! Its changes are held: the next one waits until: mycelium rollout resume ${name}`]
}

/** Why it is as it is, what became of it before, and what comes next. */
function stateText(each: Outputs['workloads']['get']['instances'][number]): string {
  const nowMs = Date.now()
  const now = each.reason?.message ?? each.progress ?? ''
  const warm = warming(each, nowMs)
  return [now, warm, lastEndText(each, nowMs, each.reason?.message), nextStart(each, nowMs)]
    .filter(Boolean)
    .join(' ')
}

function scaledText({ autoscale, replicas, paused }: Outputs['workloads']['get']): string[] {
  if (!autoscale || paused) return []
  const { min, max, now } = autoscale
  if (replicas === 0) {
    const since = now ? ` since ${now.since}` : ''
    return [
      `Scaled: asleep${since}, as nobody asked for it; a request wakes it (up to ${max} copies)`,
    ]
  }
  const since = now ? ` since ${now.since}${scaledWhy(now.why)}` : ''
  return [`Scaled: ${replicas} of ${min} to ${max} copies${since}`]
}

async function open(
  context: Context,
  [name]: string[],
  options: { print?: boolean },
): Promise<void> {
  const node = await context.node()
  const url = name === undefined ? await windowLink(node) : await addressOf(node, name)
  if (options.print || context.json) {
    context.answer({ url }, () => url)
    return
  }
  const { openInBrowser } = await import('../browser.ts')
  if (await openInBrowser(url)) context.notice(`Opened ${url}`)
  else context.answer({ url }, () => url)
}

type Node = Awaited<ReturnType<Context['node']>>

async function addressOf(node: Node, name: string): Promise<string> {
  const { url, edge } = await node.call.workloads.get({ name })
  if (url !== undefined && edge.access === 'public') return url
  // The browser swaps it for a cookie of that host at once.
  if (url !== undefined) return (await node.call.edge.pass({ name })).url ?? url
  throw new CommandFailure(EXIT.FAILED, 'NO_PORT', `${name} declares no port to open.`)
}

/** Good once, since it opens everything. */
async function windowLink(node: Node): Promise<string> {
  await mustHaveWindow(node)
  const answer = await node.fetch('/api/session/link', { method: 'POST' })
  const body: unknown = await answer.json()
  const url: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'url') : ''
  return String(url)
}

/** One without a window answers an error where the page would be. */
async function mustHaveWindow(node: Node): Promise<void> {
  try {
    const page = await node.fetch('/')
    await page.body?.cancel()
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new CommandFailure(EXIT.FAILED, 'NO_WINDOW', lackOfNode(WINDOW_FOLDER))
  }
}

async function why(context: Context, [name = '']: string[]): Promise<void> {
  const node = await context.node()
  const answer = await node.call.workloads.why({ name })
  const ends = context.json ? [] : await lastEnds(node, await node.call.workloads.get({ name }))
  context.answer(answer, () => {
    return [placementText(name, answer.slots, answer.conditions), ...ends].join('\n')
  })
}
