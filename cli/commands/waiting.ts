/** Waiting until what was changed runs as it is wanted. */
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { POLL_PERIOD_MS, STEADY_MS, UNASKED_STEADY_MS } from '../limits.ts'
import type { NodeClient, Outputs } from '../node-client.ts'
import { nextRunText } from '../text/running.ts'
import { alike, copiesText, createSteps, healthStep } from './steps.ts'
import { createTryNotes } from './try-notes.ts'
import { createSteadyWatch, createUnfoundWatch, runsAsWanted, verdictOn } from './verdict.ts'

export const WAIT_TIMEOUT = '5m'

export interface WaitFlags {
  wait?: boolean
  timeout: string
}

export function addWaitFlags(command: Command): Command {
  return command
    .option('--wait', 'wait until every copy runs and is healthy; of a job, until it has ended')
    .option('--timeout <duration>', 'how long --wait waits', WAIT_TIMEOUT)
}

type Workload = Outputs['workloads']['get']

/** There is nothing to be waited for. */
const IS_DONE: ReadonlySet<Workload['status']> = new Set([
  'Succeeded',
  'Scheduled',
  'Asleep',
  'Paused',
])

/** `said` at once, or how it runs once it does. */
export async function answerChanged(
  context: Context,
  node: NodeClient,
  changed: Workload,
  { wait, timeoutMs, said }: { wait: boolean | undefined; timeoutMs: number; said: string },
): Promise<void> {
  const done = wait ? await waitUntilRunning(context, node, changed, timeoutMs) : changed
  context.answer(done, () => (wait ? doneText(done) : said))
}

/** A deploy of what is there already, just as it is asked for, changes nothing. */
export function deployedText({ name, existed }: Outputs['workloads']['deploy']): string {
  const what = existed ? 'was there already, just so: nothing was changed' : 'is deployed'
  return `${name} ${what}. See: mycelium ps ${name}`
}

export function doneText(done: Workload): string {
  if (done.status === 'Scheduled') {
    return `${done.name} runs when it is due: ${nextRunText(done.job)}`
  }
  if (done.status === 'Asleep') return asleepText(done)
  if (done.status === 'Paused') return `${done.name} is paused: mycelium resume ${done.name}`
  if (done.status === 'Succeeded') return `${done.name} has ended, with exit code 0`
  const where = done.url === undefined ? '' : ` at ${done.url}`
  return `${done.name} runs ${done.running_instances} of ${done.replicas}${where}`
}

function asleepText({ name, conditions }: Workload): string {
  const said = conditions.find(({ code }) => code === 'ASLEEP')?.message
  return said === undefined ? `${name} is asleep` : `${name}: ${said}`
}

/** Says every real step once, as the nodes tell it, and in the end which ports this computer lacks. */
export async function waitUntilRunning(
  context: Context,
  node: NodeClient,
  deployed: Workload,
  timeoutMs: number,
): Promise<Workload> {
  const done = await untilRunning(context, node, deployed, timeoutMs)
  const published = await portsOnceOpen(node, done)
  for (const { port, address, reason } of published) {
    if (address !== undefined) continue
    const where = `TCP port ${port} of ${done.name} is not open on this computer`
    context.notice(`! ${where}: ${reason?.message}`)
  }
  return { ...done, published }
}

/** The edge opens its ports beside all that starts: what is not open yet has a moment to be. */
async function portsOnceOpen(node: NodeClient, done: Workload): Promise<Workload['published']> {
  const endMs = performance.now() + STEADY_MS
  let { published } = done
  while (published.some(({ address }) => address === undefined) && performance.now() < endMs) {
    await nextLook()
    published = (await node.call.workloads.get({ name: done.name })).published
  }
  return published
}

async function untilRunning(
  context: Context,
  node: NodeClient,
  deployed: Workload,
  timeoutMs: number,
): Promise<Workload> {
  const { name } = deployed
  const now = (): number => performance.now()
  const endMs = now() + timeoutMs
  const newSteps = createSteps()
  const nextTry = createTryNotes(Date.now() + timeoutMs)
  const unfound = createUnfoundWatch()
  let seen = deployed
  let doubted: { code: string; sinceMs: number } | undefined
  /** What stood in its way last: between two tries it may be that nothing does. */
  let why = ''
  const isSteady = createSteadyWatch(Math.min(UNASKED_STEADY_MS, timeoutMs / 2))
  for (;;) {
    for (const step of [...newSteps(seen), ...nextTry(seen, Date.now())]) context.notice(step)
    // A copy of the registry may still show what was before.
    const isOfThis = seen.generation >= deployed.generation
    if (isOfThis && IS_DONE.has(seen.status)) return seen
    if (isOfThis) why = whyNot(seen) ?? why
    const verdict = isOfThis ? (verdictOn(seen, deployed) ?? unfound(seen, now())) : undefined
    if (verdict?.code !== doubted?.code) doubted = verdict && { ...verdict, sinceMs: now() }
    if (verdict && (verdict.isFinal || now() - (doubted?.sinceMs ?? 0) >= STEADY_MS)) {
      throw new CommandFailure(EXIT.FAILED, verdict.code, verdict.message, seen)
    }
    if (isOfThis && runsAsWanted(seen)) {
      if (isAsked(seen) || isSteady(seen, now())) return seen
    }
    if (now() > endMs) {
      const far = seen.job
        ? 'has not ended yet'
        : `runs ${seen.running_instances} of ${seen.replicas}`
      const message = `${name} ${far}. ${why}`.trim()
      throw new CommandFailure(EXIT.TIMED_OUT, 'TIMED_OUT', message, seen.conditions)
    }
    await nextLook()
    seen = await node.call.workloads.get({ name })
  }
}

function nextLook(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_PERIOD_MS))
}

/** What stands in its way now; undefined where nothing is said: between two tries the last word counts. */
function whyNot({ name, conditions, instances }: Workload): string | undefined {
  if (conditions.length > 0) return conditions.map(({ message }) => message).join(' ')
  const begun = instances.filter((one) => one.status === 'Running' && !one.earlier)
  // What was said before these ran is over, unless they come and go.
  if (begun.length === 0 || begun.some(({ restarts }) => restarts > 0)) return undefined
  const states = alike(begun, healthStep).map(([how, copies]) => {
    return `${copiesText(name, copies)}: ${how}.`
  })
  const isShort = begun.every(({ health }) => health === 'healthy')
  return [...states, ...(isShort ? ['It had no time to show that it stays so.'] : [])].join(' ')
}

/** Somebody asks for its health. */
function isAsked({ parts }: Workload): boolean {
  return parts.some(({ ports, probes }) => ports.length > 0 || Object.keys(probes).length > 0)
}
