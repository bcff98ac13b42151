/** Flags that say how many copies there are, and how a change takes over. */
import { wrongUsage } from '../exit-codes.ts'
import type { Inputs } from '../node-client.ts'
import { durationMs, wholeNumber } from '../text/parse.ts'

type Rollout = NonNullable<Inputs['workloads']['deploy']['rollout']>
type Autoscale = Exclude<Inputs['workloads']['deploy']['autoscale'], undefined>

export function changeOf({ rollout, warmUp }: { rollout?: string; warmUp?: string }): {
  rollout?: Rollout
} {
  if (rollout === undefined && warmUp === undefined) return {}
  const warmUpMs = warmUp === undefined ? undefined : durationMs('--warm-up', warmUp)
  return {
    rollout: {
      ...(rollout !== undefined && rolloutOf(rollout)),
      ...(warmUpMs !== undefined && { warmUpMs }),
    },
  }
}

function rolloutOf(text: string): Rollout {
  const [kind, atOnce, more] = text.split(':')
  if (kind === 'blueGreen' && atOnce === undefined) return { kind }
  if (kind === 'rolling' && more === undefined) {
    return { kind, ...(atOnce !== undefined && { atOnce: wholeNumber('--rollout', atOnce) }) }
  }
  if (kind === 'canary' && more === undefined) return canaryOf(text, atOnce)
  if (kind === 'canary' && text.split(':').length === 3) return canaryOf(text, atOnce, more)
  throw wrongUsage(`--rollout: “${text}” is not rolling, rolling:3, blueGreen or canary:5,25:2m.`)
}

/**
 * `5,25` and `2m`, or `2m,30m` for one after the other; a step without a time, or with `-`, waits to be
 * promoted. Without shares it is as ever.
 */
function canaryOf(text: string, shares?: string, times?: string): Rollout {
  if (shares === undefined) return { kind: 'canary' }
  const each = shares.split(',')
  const said = times?.split(',') ?? ['-']
  if (said.length !== 1 && said.length !== each.length) {
    throw wrongUsage(`--rollout: “${text}” has ${each.length} shares and ${said.length} times.`)
  }
  const steps = each.map((share, index) => {
    const time = said.length === 1 ? said[0] : said[index]
    const forMs =
      time === undefined || time === '-' ? undefined : durationMs(`--rollout ${text}`, time)
    return { share: wholeNumber('--rollout', share), ...(forMs !== undefined && { forMs }) }
  })
  return { kind: 'canary', steps }
}

export function autoscaleOf(text: string): Autoscale {
  if (text === 'none') return null
  const [range = '', ...targets] = text.split(',')
  const match = /^(\d+):(\d+)$/.exec(range)
  if (!match) throw wrongUsage(`--autoscale: “${range}” is not MIN:MAX, such as 1:10.`)
  const rules: NonNullable<Autoscale> = { min: Number(match[1]), max: Number(match[2]) }
  const ceiling: { cpu?: string; memory?: string } = {}
  for (const target of targets) {
    const [name = '', value = ''] = target.split('=')
    if (name === 'max-cpu') ceiling.cpu = value
    else if (name === 'max-memory') ceiling.memory = value
    else Object.assign(rules, targetOf(name, value))
  }
  return Object.keys(ceiling).length === 0 ? rules : { ...rules, ceiling }
}

function targetOf(name: string, value: string): NonNullable<Autoscale> {
  const flag = `--autoscale ${name}`
  switch (name) {
    case 'rps':
      return { requestsPerSecond: wholeNumber(flag, value) }
    case 'p99':
      return { p99Ms: durationMs(flag, value) }
    case 'cpu':
      return { cpuPercent: wholeNumber(flag, value) }
    case 'idle':
      return { idleMs: durationMs(flag, value) }
    case 'up':
      return { upAfterMs: durationMs(flag, value) }
    case 'down':
      return { downAfterMs: durationMs(flag, value) }
    case 'wake':
      return { wakeMs: durationMs(flag, value) }
    case 'queue':
      return { queue: queueOf(flag, value) }
    default:
      throw wrongUsage(
        `--autoscale: “${name}” is not rps, p99, cpu, queue, up, down, idle, wake, max-cpu or max-memory.`,
      )
  }
}

/** `KEY` or `KEY:ENTRIES`, where a key may have colons of its own. */
function queueOf(flag: string, text: string): { key: string; perCopy: number } {
  const [, key = text, perCopy = '1'] = /^(.+):(\d+)$/.exec(text) ?? []
  return { key, perCopy: wholeNumber(flag, perCopy) }
}
