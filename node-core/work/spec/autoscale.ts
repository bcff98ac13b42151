/** How many copies follow from what is measured (docs/adr/0038): as people say it, filled up. */
import { z } from 'zod'
import { edgeOf } from './edge-rules.ts'
import type { WrongField } from './errors.ts'
import type { Amounts, Autoscale, DesiredWorkload, Port, Workload } from './index.ts'
import {
  AUTOSCALE_TARGET_MAX,
  AUTOSCALE_WAIT_MS_MAX,
  CPU_PERCENT_MAX,
  IDLE_MS_MIN,
  P99_OF_ANSWER_MAX,
  QUEUE_KEY_LENGTH_MAX,
  REPLICAS_MAX,
  WAKE_MS_MAX,
  WAKE_MS_MIN,
} from './limits.ts'
import { underSelf } from './own-names.ts'
import { amounts } from './part-body.ts'
import { amountsOf, portsOf } from './parts.ts'

const DEFAULTS: Pick<Autoscale, 'min' | 'upAfterMs' | 'downAfterMs' | 'idleMs' | 'wakeMs'> = {
  min: 1,
  upAfterMs: 15_000,
  downAfterMs: 300_000,
  idleMs: 300_000,
  wakeMs: 30_000,
}

const count = z.number().int().min(0).max(REPLICAS_MAX)
const target = z.number().int().min(1).max(AUTOSCALE_TARGET_MAX)
const waitMs = z.number().int().min(0).max(AUTOSCALE_WAIT_MS_MAX)
const queue = z.strictObject({
  key: z
    .string()
    .max(QUEUE_KEY_LENGTH_MAX)
    .regex(/^[a-z0-9-]{1,63}\/[\x21-\x7e]+$/, {
      error: 'Not a key such as "shop/orders": it begins with the name of the workload.',
    }),
  perCopy: target,
})
/** Of all copies together. */
const perCopy = {
  requestsPerSecond: target,
  p99Ms: target,
  cpuPercent: target.max(CPU_PERCENT_MAX),
  queue,
}
const times = {
  upAfterMs: waitMs,
  downAfterMs: waitMs,
  idleMs: waitMs.min(IDLE_MS_MIN),
  wakeMs: z.number().int().min(WAKE_MS_MIN).max(WAKE_MS_MAX),
}

/** `null` takes a target, or the ceiling, away again; for the whole it takes all of it away. */
export const autoscaleBody = z
  .strictObject({
    min: count.exactOptional(),
    max: count.min(1).exactOptional(),
    requestsPerSecond: perCopy.requestsPerSecond.nullable().exactOptional(),
    p99Ms: perCopy.p99Ms.nullable().exactOptional(),
    cpuPercent: perCopy.cpuPercent.nullable().exactOptional(),
    queue: queue.nullable().exactOptional(),
    upAfterMs: times.upAfterMs.exactOptional(),
    downAfterMs: times.downAfterMs.exactOptional(),
    idleMs: times.idleMs.exactOptional(),
    wakeMs: times.wakeMs.exactOptional(),
    ceiling: z.strictObject(amounts).nullable().exactOptional(),
  })
  .nullable()
type AutoscaleBody = z.output<typeof autoscaleBody>

const whole = z.number().int().min(1)
export const storedAutoscale = z.strictObject({
  min: count,
  max: count.min(1),
  requestsPerSecond: perCopy.requestsPerSecond.exactOptional(),
  p99Ms: perCopy.p99Ms.exactOptional(),
  cpuPercent: perCopy.cpuPercent.exactOptional(),
  queue: queue.exactOptional(),
  ...times,
  ceiling: z
    .strictObject({ cpuMillis: whole.exactOptional(), memoryBytes: whole.exactOptional() })
    .exactOptional(),
})

/** The rules with what was said in place of what was. Undefined where there are none. */
export function changedAutoscale(
  before: Autoscale | undefined,
  body: AutoscaleBody | undefined,
  wrong: WrongField[],
): Autoscale | undefined {
  if (body === undefined) return before
  if (body === null) return undefined
  const { max = before?.max, ceiling, ...said } = body
  if (max === undefined) {
    wrong.push({ path: 'autoscale.max', message: 'This is needed.' })
    return undefined
  }
  const { ceiling: ceilingBefore, ...earlier }: Partial<Autoscale> = before ?? DEFAULTS
  const kept = Object.entries({ ...earlier, ...said }).filter(([, value]) => value !== null)
  const rules = storedAutoscale.parse({ ...Object.fromEntries(kept), max })
  const bound = ceiling === undefined ? ceilingBefore : toCeiling(ceiling)
  return bound ? { ...rules, ceiling: bound } : rules
}

function toCeiling(body: NonNullable<AutoscaleBody>['ceiling']): Autoscale['ceiling'] {
  const bound = {
    ...(body?.cpu !== undefined && { cpuMillis: body.cpu }),
    ...(body?.memory !== undefined && { memoryBytes: body.memory }),
  }
  return Object.keys(bound).length === 0 ? undefined : bound
}

/** As a workload holds it: the number that it begins with is no choice of its own. */
export function withAutoscale(workload: Workload, rules: Autoscale | undefined): Workload {
  const { autoscale: _, ...rest } = workload
  if (!rules) return rest
  const { queue } = rules
  const own = queue && { queue: { ...queue, key: underSelf(queue.key, workload.name) } }
  return { ...rest, autoscale: { ...rules, ...own }, replicas: Math.max(1, rules.min) }
}

/** A number that is overruled is no number. */
export function wrongBesideAutoscale({
  replicas,
}: {
  replicas?: number | undefined
}): WrongField[] {
  if (replicas === undefined) return []
  const message = 'It is scaled: say between which numbers in autoscale.min and autoscale.max.'
  return [{ path: 'replicas', message }]
}

export function wrongAutoscale(workload: Workload): WrongField[] {
  const { name, autoscale: rules } = workload
  if (!rules) return []
  const wrong: WrongField[] = []
  const say = (path: string, message: string): void =>
    void wrong.push({ path: `autoscale${path}`, message })
  const ports = portsOf(workload)
  const isReached = ports.some(({ protocol }) => protocol === 'tcp')
  const targets = [rules.requestsPerSecond, rules.p99Ms, rules.cpuPercent, rules.queue]
  if (workload.job) say('', 'A job says how much runs at a time in job.parallelism.')
  if (rules.min > 0 && targets.every((one) => one === undefined)) {
    say('', 'Say by what: requestsPerSecond, p99Ms, cpuPercent or queue; or let min be 0.')
  }
  if (rules.max < rules.min) say('.max', 'Not less than autoscale.min.')
  for (const field of ['requestsPerSecond', 'p99Ms'] as const) {
    if (rules[field] !== undefined && !isReached) say(`.${field}`, 'It declares no TCP port.')
  }
  const slowestMs = Math.floor(edgeOf(workload).answerMs * P99_OF_ANSWER_MAX)
  if ((rules.p99Ms ?? 0) > slowestMs) {
    const after = 'no answer may begin later than edge.answerMs'
    say('.p99Ms', `Nothing would ever be too slow, since ${after}: ${slowestMs} at most.`)
  }
  if (rules.queue && !rules.queue.key.startsWith(`${name}/`)) {
    say('.queue.key', `Begin it with "${name}/": a workload has keys of its own alone.`)
  }
  if (rules.min === 0 && !isReached && !rules.queue) {
    say('.min', 'Nothing could wake it: declare a TCP port, or name a queue.')
  }
  const unseen = rules.min === 0 ? ports.find(isUnseen) : undefined
  if (unseen) say('.min', unseenText(unseen))
  if (affordable(workload) < Math.max(1, rules.min)) {
    say('.ceiling', 'Too low for the least number of copies, by what one may take.')
  }
  return wrong
}

/** What comes there goes past the edges: it keeps nothing awake, and wakes nobody. */
function isUnseen({ hostPort, protocol }: Port): boolean {
  return hostPort !== undefined || protocol === 'udp'
}

function unseenText({ containerPort, hostPort, protocol }: Port): string {
  const where = hostPort === undefined ? `port ${containerPort}` : `host port ${hostPort}`
  const through = protocol === 'udp' ? ' by UDP' : ''
  const message = `What comes to ${where}${through} is not seen: it would fall asleep in use.`
  const another = `Publish it by edge.tcp in place of hostPort (--tcp PORT:${containerPort}), or let min be 1.`
  return `${message} ${protocol === 'udp' ? 'Let min be 1.' : another}`
}

/** How many copies the ceiling has room for. */
function affordable(workload: Workload): number {
  const { ceiling } = workload.autoscale ?? {}
  const each = amountsOf(workload, 'limits')
  const room = (amount: keyof Amounts): number =>
    ceiling?.[amount] === undefined ? REPLICAS_MAX : Math.floor(ceiling[amount] / each[amount])
  return Math.min(room('cpuMillis'), room('memoryBytes'))
}

/** Between which numbers of copies it may be. */
export function boundsOf(workload: Workload): { least: number; most: number } {
  const { autoscale: rules, replicas, paused } = workload
  if (paused) return { least: 0, most: 0 }
  if (!rules) return { least: replicas, most: replicas }
  return { least: rules.min, most: Math.min(rules.max, affordable(workload)) }
}

/** How many copies are wanted now, whatever was decided: never beyond what its owner granted. */
export function copiesOf(workload: Workload, scaled: DesiredWorkload['scaled']): number {
  const { least, most } = boundsOf(workload)
  return Math.min(most, Math.max(least, scaled?.copies ?? workload.replicas))
}

/** Whether it falls asleep when nobody asks for it, and is woken by who does. */
export function maySleep({ autoscale }: Pick<Workload, 'autoscale'>): boolean {
  return autoscale?.min === 0
}
