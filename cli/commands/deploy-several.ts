/** Several workloads at once: of a list in a file, or of an entry of the catalogue. */
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { toCommandFailure } from '../failures.ts'
import type { Inputs, NodeClient, Outputs } from '../node-client.ts'
import { placementText } from '../text/placement.ts'
import { type Entry, type Filled, fillIn } from './catalogue.ts'
import { warnOf } from './deploy-warnings.ts'
import { deployedText, doneText, waitUntilRunning } from './waiting.ts'

type Body = Inputs['workloads']['deploy']
type Deployed = Outputs['workloads']['deploy']

export interface SeveralOptions {
  dryRun: boolean
  wait: boolean
  timeoutMs: number
}

/** In the order in which they are given. What was deployed before a refusal runs, and is told. */
export async function deploySeveral(
  context: Context,
  node: NodeClient,
  bodies: readonly Body[],
  options: SeveralOptions,
): Promise<void> {
  if (options.dryRun) {
    const previews = await previewAll(node, bodies)
    context.answer({ workloads: previews }, () => previewText(previews))
    return
  }
  const workloads = await deployAll(context, node, bodies, options)
  context.answer({ workloads }, () => workloadsText(workloads, options.wait))
}

/** Its secrets first, each only where there is none: data may be kept under the one that is there. */
export async function deployFrom(
  context: Context,
  node: NodeClient,
  from: { from: string; set?: string[]; name?: string },
  options: SeveralOptions,
): Promise<void> {
  const { entry, filled } = await fillIn(node, from.from, from)
  if (options.dryRun) {
    await deploySeveral(context, node, filled.workloads, options)
    return
  }
  const outcomes = new Map<string, Outcome>()
  const shown = (): Shown[] => shownOf(entry, filled, outcomes)
  const tell = (): void => {
    if (!context.json && shown().length > 0) context.terminal.out(shownText(shown()))
  }
  try {
    // Told at once: nothing that comes later may lose what nobody can read again.
    await writeSecrets(context, node, filled.secrets, outcomes).finally(tell)
    const workloads = await deployAll(context, node, filled.workloads, options)
    context.answer({ workloads, shown: shown() }, () =>
      [workloadsText(workloads, options.wait), entry.firstSteps].join('\n'),
    )
  } catch (error) {
    throw context.json ? await withShown(error, shown()) : error
  }
}

/** Whether a secret was written now, or was there already. */
type Outcome = 'written' | 'kept'
interface Shown {
  label: string
  value: string
}

async function writeSecrets(
  context: Context,
  node: NodeClient,
  secrets: Filled['secrets'],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  await refuseHalves(node, secrets)
  for (const { name, value } of secrets) {
    outcomes.set(name, (await writeNew(node, name, value)) ? 'written' : 'kept')
  }
  const kept = secrets.filter(({ name }) => outcomes.get(name) === 'kept')
  if (kept.length === 0) return
  const names = kept.map(({ name }) => name)
  context.notice(`Secrets that were there already were kept: ${names.join(', ')}.`)
}

/**
 * Names that hold one value hold it together: where one is there and another is not, the value of the one
 * cannot be read again, and a new one for the other would be another.
 */
async function refuseHalves(node: NodeClient, secrets: Filled['secrets']): Promise<void> {
  const there = new Set<string>()
  for (const { name } of secrets) {
    const { secrets: found } = await node.call.secrets.list({ prefix: name, limit: 1 })
    if (found[0]?.name === name) there.add(name)
  }
  for (const { value, name: kept } of secrets.filter(({ name }) => there.has(name))) {
    const missing = secrets.find((each) => each.value === value && !there.has(each.name))?.name
    if (missing === undefined) continue
    const message =
      `${kept} and ${missing} are to hold the same, and only the first is there. Nothing was written. Set the ` +
      `second to what the first holds: mycelium secret set ${missing}. Or, if nothing was written under ` +
      `it yet, delete the first: mycelium secret delete ${kept}.`
    throw new CommandFailure(EXIT.REFUSED, 'CONFLICT', message, { kept, missing })
  }
}

/** What people need of what was written, unless another value is in use somewhere. */
function shownOf(
  entry: Entry,
  { answers, secrets }: Filled,
  outcomes: ReadonlyMap<string, Outcome>,
): Shown[] {
  return entry.questions.flatMap((question) => {
    if (question.kind !== 'secret' || !question.forPeople) return []
    const value = String(answers[question.key])
    const of = secrets.filter((each) => each.value === value).map(({ name }) => outcomes.get(name))
    const isShown = of.includes('written') && !of.includes('kept')
    return isShown ? [{ label: question.label, value }] : []
  })
}

function shownText(shown: readonly Shown[]): string {
  return ['Shown this once:', ...shown.map(({ label, value }) => `${label}: ${value}`)].join('\n')
}

/** Whoever reads one document has nothing else to find them in. */
async function withShown(error: unknown, shown: readonly Shown[]): Promise<unknown> {
  if (shown.length === 0) return error
  const { exit, code, message, details } = await toCommandFailure(error)
  const rest =
    typeof details === 'object' && !Array.isArray(details) ? details : { fields: details }
  return new CommandFailure(exit, code, message, { ...rest, shown })
}

async function writeNew(node: NodeClient, name: string, value: string): Promise<boolean> {
  try {
    const base64 = Buffer.from(value).toString('base64')
    await node.call.secrets.set({ name, value: base64, version: 0 })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'CONFLICT') return false
    throw error
  }
}

/** One after the other; where one is refused, those before it run, and are told. */
export async function deployAll(
  context: Context,
  node: NodeClient,
  bodies: readonly Body[],
  { wait, timeoutMs }: Pick<SeveralOptions, 'wait' | 'timeoutMs'>,
): Promise<Deployed[]> {
  const deployed: Deployed[] = []
  for (const body of bodies) {
    const one = await node.call.workloads.deploy(body).catch((error: unknown) => {
      if (deployed.length === 0) throw error
      const names = deployed.map(({ name }) => name).join(', ')
      context.notice(`Deployed before that, and running: ${names}.`)
      throw error
    })
    deployed.push(one)
    await warnOf(context, node, one)
  }
  if (!wait) return deployed
  const done: Deployed[] = []
  for (const one of deployed) done.push(await waitUntilRunning(context, node, one, timeoutMs))
  return done
}

function workloadsText(workloads: readonly Deployed[], waited: boolean): string {
  return workloads.map((one) => (waited ? doneText(one) : deployedText(one))).join('\n')
}

async function previewAll(node: NodeClient, bodies: readonly Body[]) {
  const previews = []
  for (const body of bodies) {
    previews.push(await node.call.workloads.preview(body))
  }
  return previews
}

function previewText(previews: Awaited<ReturnType<typeof previewAll>>): string {
  return previews
    .map(({ name, slots, conditions }) => `${name}\n${placementText(name, slots, conditions)}`)
    .join('\n\n')
}

/** The workloads of a list as JSON; undefined where the text is no list. */
export function listOf(text: string): unknown[] | undefined {
  if (!text.trimStart().startsWith('[')) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new CommandFailure(EXIT.FAILED, 'FILE_UNREADABLE', `Not valid JSON: ${message}`)
  }
  if (!Array.isArray(value)) return undefined
  if (value.length > 0) return value
  const message = 'The list holds no workload: there is nothing to deploy.'
  throw new CommandFailure(EXIT.WRONG_USAGE, 'VALIDATION_ERROR', message)
}
