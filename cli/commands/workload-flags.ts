/** Flags that say what a workload is like, shared by `deploy` and `update`. */
import type { Command } from 'commander'
import { wrongUsage } from '../exit-codes.ts'
import type { Inputs } from '../node-client.ts'
import { isOneOf } from '../text/choices.ts'
import { collect, durationMs, keyValues, port, wholeNumber } from '../text/parse.ts'
import { addJobFlags, type JobFlags, jobOf } from './job-flags.ts'
import type { PlaceFlags } from './placed-files.ts'
import { autoscaleOf, changeOf } from './scaling-flags.ts'
import { addTieFlags, type TieFlags, tiesOf } from './tie-flags.ts'

export interface ShapeFlags extends JobFlags, PlaceFlags, TieFlags {
  replicas?: string
  publish?: string[]
  env?: string[]
  cpu?: string
  memory?: string
  disk?: string
  gpus?: string
  label?: string[]
  nodeLabel?: string[]
  health?: string
  onPartition?: string
  egress?: string[]
  rollout?: string
  warmUp?: string
  autoscale?: string
  tcp?: string[]
  https?: string
  access?: string
  rate?: string
  restart?: string
  grace?: string
  priority?: string
  minAvailable?: string
  maxUnavailable?: string
}

export function addShapeFlags(command: Command): Command {
  return addTieFlags(addJobFlags(command))
    .option('--replicas <n>', 'how many copies')
    .option('-p, --publish <host:container>', 'a port; host port 0 means any; repeatable', collect)
    .option('-e, --env <key=value>', 'a variable of its environment; repeatable', collect)
    .option(
      '--place <file:path>',
      'a file that each copy finds at a path, to read; repeatable',
      collect,
    )
    .option('--cpu <amount>', 'per copy, such as 500m or 2')
    .option('--memory <amount>', 'per copy, such as 256Mi')
    .option('--disk <amount>', 'what each copy may write outside of volumes, such as 2Gi')
    .option('--gpus <n>', 'graphics processors of each copy, leased whole')
    .option('--label <key=value>', 'repeatable', collect)
    .option('--node-label <key=value>', 'only nodes with this label; repeatable', collect)
    .option('--health <check>', 'http:/path, tcp or running')
    .option(
      '--rollout <kind>',
      'rolling, rolling:N at once, blueGreen, or canary:5,25:2m (shares, and for how long each; ' +
        '2m,- where the first lasts and the second waits to be promoted)',
    )
    .option(
      '--warm-up <time>',
      'how long a new copy is ready before it counts for a change, such as 30s; 0s for none',
    )
    .option(
      '--autoscale <range>',
      'MIN:MAX copies, then by what: 1:10,rps=50,p99=250ms,cpu=70,queue=web/jobs:20; ' +
        'up=, down=, wake=, max-cpu=, max-memory=; 0:3,idle=10m sleeps; none',
    )
    .option('--access <who>', 'public, members, or ids of owners with commas between')
    .option(
      '--rate <limit>',
      'requests a minute of each client, such as 600 or 600:50 at once; none',
    )
    .option(
      '--tcp <port:container>',
      'a TCP port of its own at every edge; repeatable; none',
      collect,
    )
    .option('--https <how>', 'redirect: requests without TLS are led to it; offer: they are not')
    .option('--restart <rule>', 'always, on-failure, on-failure:N times in a row, or never')
    .option('--grace <duration>', 'how long an ending copy may take, such as 30s')
    .option('--priority <class>', 'low, normal, high, critical, or a number: who has room first')
    .option('--min-available <n>', 'copies that go on serving when something is moved or changed')
    .option('--max-unavailable <n>', 'copies that may be away then')
    .option(
      '--egress <what>',
      'what it may connect to outside: none, all, or host:port[,port] or range:port; repeatable',
      collect,
    )
    .option('--on-partition <policy>', 'heal, keep or stop, while a node is out of sight')
}

type Shape = Pick<
  Inputs['workloads']['deploy'],
  | 'replicas'
  | 'ports'
  | 'env'
  | 'resources'
  | 'labels'
  | 'nodeSelector'
  | 'health'
  | 'rollout'
  | 'autoscale'
  | 'restart'
  | 'job'
  | 'graceMs'
  | 'onPartition'
  | 'priority'
  | 'disruption'
  | 'edge'
  | 'egress'
  | 'uses'
  | 'secrets'
  | 'placement'
>

/** Only the fields that were given. Amounts are checked by the node, which names the field. */
export function shapeOf(flags: ShapeFlags): Shape {
  const { onPartition } = flags
  if (onPartition !== undefined && !isOneOf(['heal', 'keep', 'stop'], onPartition)) {
    throw wrongUsage('--on-partition: heal, keep or stop.')
  }
  const job = jobOf(flags)
  return {
    ...(job && { job }),
    ...(flags.replicas !== undefined && {
      replicas: wholeNumber('--replicas', flags.replicas),
    }),
    ...(flags.publish && { ports: flags.publish.map(port) }),
    ...(flags.env && { env: keyValues('-e', flags.env) }),
    ...resourcesOf(flags),
    ...(flags.label && { labels: keyValues('--label', flags.label) }),
    ...(flags.nodeLabel && { nodeSelector: keyValues('--node-label', flags.nodeLabel) }),
    ...(flags.health !== undefined && { health: healthOf(flags.health) }),
    ...changeOf(flags),
    ...(flags.autoscale !== undefined && { autoscale: autoscaleOf(flags.autoscale) }),
    ...(flags.restart !== undefined && { restart: restartOf(flags.restart) }),
    ...(flags.grace !== undefined && { graceMs: durationMs('--grace', flags.grace) }),
    ...(onPartition !== undefined && { onPartition }),
    ...(flags.priority !== undefined && { priority: priorityOf(flags.priority) }),
    ...disruptionOf(flags),
    ...tiesOf(flags),
    ...(flags.egress && { egress: egressOf(flags.egress) }),
    ...edgeOf(flags),
  }
}

function resourcesOf({ cpu, memory, disk, gpus }: ShapeFlags): Pick<Shape, 'resources'> {
  const resources = {
    ...(cpu !== undefined && { cpu }),
    ...(memory !== undefined && { memory }),
    ...(disk !== undefined && { disk }),
    ...(gpus !== undefined && { gpus: wholeNumber('--gpus', gpus) }),
  }
  return Object.keys(resources).length === 0 ? {} : { resources }
}

function priorityOf(text: string): NonNullable<Shape['priority']> {
  if (isOneOf(['low', 'normal', 'high', 'critical'], text)) return text
  if (/^-?\d{1,4}$/.test(text)) return Number(text)
  throw wrongUsage(`--priority: “${text}” is not low, normal, high, critical or a number.`)
}

function disruptionOf({ minAvailable, maxUnavailable }: ShapeFlags): Pick<Shape, 'disruption'> {
  const disruption = {
    ...(minAvailable !== undefined && {
      minAvailable: wholeNumber('--min-available', minAvailable),
    }),
    ...(maxUnavailable !== undefined && {
      maxUnavailable: wholeNumber('--max-unavailable', maxUnavailable),
    }),
  }
  return Object.keys(disruption).length === 0 ? {} : { disruption }
}

function egressOf(texts: readonly string[]): NonNullable<Shape['egress']> {
  const [only, second] = texts
  if (only !== undefined && !second && isOneOf(['none', 'all'], only)) return only
  return texts.map((text) => {
    const match = /^([^:]+):(\d{1,5}(?:,\d{1,5})*)(\/udp)?$/.exec(text)
    const [, where = '', ports = '', udp] = match ?? []
    if (!match) {
      throw wrongUsage(
        `--egress: “${text}” is not none, all or HOST:PORT, such as api.example.org:443.`,
      )
    }
    const to = /^[\d./]+$/.test(where) ? { address: where } : { host: where }
    return { ...to, ports: ports.split(',').map(Number), ...(udp && { protocol: 'udp' as const }) }
  })
}

function edgeOf({ tcp, access, rate, https }: ShapeFlags): Pick<Shape, 'edge'> {
  const edge = {
    ...(tcp && { tcp: publishedOf(tcp) }),
    ...(access !== undefined && { access: accessOf(access) }),
    ...(rate !== undefined && { rate: rateOf(rate) }),
    ...(https !== undefined && { https: httpsOf(https) }),
  }
  return Object.keys(edge).length === 0 ? {} : { edge }
}

type Edge = NonNullable<Shape['edge']>

function accessOf(text: string): NonNullable<Edge['access']> {
  if (isOneOf(['public', 'members'], text)) return text
  const owners = text.split(',')
  const wrong = owners.find((one) => !/^[0-9a-f]{64}$/.test(one))
  if (wrong === undefined) return { owners }
  throw wrongUsage(
    `--access: “${wrong}” is neither public nor members nor an owner’s id: 64 hex digits (mycelium members --json).`,
  )
}

function httpsOf(text: string): 'offer' | 'redirect' {
  if (isOneOf(['offer', 'redirect'], text)) return text
  throw wrongUsage(`--https: “${text}” is neither redirect nor offer.`)
}

function rateOf(text: string): Exclude<Edge['rate'], undefined> {
  if (text === 'none') return null
  const match = /^(\d+)(?::(\d+))?$/.exec(text)
  if (!match) throw wrongUsage(`--rate: “${text}” is not a number, NUMBER:AT-ONCE or none.`)
  const burst = match[2] === undefined ? {} : { burst: Number(match[2]) }
  return { perMinute: Number(match[1]), ...burst }
}

function publishedOf(texts: readonly string[]): NonNullable<Edge['tcp']> {
  const [only = '', second] = texts
  return second === undefined && (only === 'none' || only === '') ? [] : texts.map(published)
}

function published(text: string): { port: number; containerPort: number } {
  const match = /^(\d{1,5}):(\d{1,5})$/.exec(text)
  if (match) return { port: Number(match[1]), containerPort: Number(match[2]) }
  throw wrongUsage(`--tcp: “${text}” is not PORT:CONTAINER, such as 15432:5432, or none alone.`)
}

function restartOf(text: string): NonNullable<Shape['restart']> {
  const [rule, bound, more] = text.split(':')
  if (rule === 'on-failure' && more === undefined) {
    const atMost = bound !== undefined && { atMost: wholeNumber('--restart', bound) }
    return { when: 'onFailure', ...atMost }
  }
  if ((rule === 'always' || rule === 'never') && bound === undefined) return { when: rule }
  throw wrongUsage(`--restart: “${text}” is not always, on-failure, on-failure:3 or never.`)
}

function healthOf(text: string): NonNullable<Shape['health']> {
  const [kind, ...rest] = text.split(':')
  const tail = rest.join(':')
  if (kind === 'running' && tail === '') return { kind }
  if (kind === 'tcp') return tail === '' ? { kind } : { kind, port: wholeNumber('--health', tail) }
  if (kind === 'http') {
    const match = /^(\d{1,5})?(\/.*)?$/.exec(tail)
    if (match) {
      return {
        kind,
        ...(match[1] !== undefined && { port: Number(match[1]) }),
        ...(match[2] !== undefined && { path: match[2] }),
      }
    }
  }
  throw wrongUsage(`--health: “${text}” is not http:/path, http:8080/path, tcp, tcp:80 or running.`)
}
