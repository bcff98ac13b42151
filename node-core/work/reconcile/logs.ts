/**
 * Log lines of any instance of the network: those of this node from its runners, those of other
 * nodes over `logs/1`, several of them as one log by time.
 */
import { type Clock, sleep } from '../../base/clock/index.ts'
import { isCode, MyceliumError } from '../../base/errors/index.ts'
import type { Lifecycle } from '../../base/lifecycle/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { createFrameReader, type Net, type NodeId } from '../../base/net/index.ts'
import { createLogMerge, type LogLineOut } from '../runners/index.ts'
import type { Instance } from '../spec/index.ts'
import type { Reconciler } from './index.ts'
import { LOG_LINE_BYTES_MAX, LOG_MERGE_MS, LOG_REOPEN_MS, LOG_TAIL_MAX } from './limits.ts'
import { parseAnswer, questionFrame } from './log-messages.ts'
import { createLogServer } from './log-server.ts'
import type { WorkView } from './work-view.ts'

/** One line, and who wrote it. */
export interface InstanceLogLine extends LogLineOut {
  instance: string
  node: NodeId
}

export interface LogReadOptions {
  /** The last lines: of all together, or of each when following. Default and at most 10,000. */
  tail?: number
  /** Goes on with what comes, new instances included, until `signal` aborts. */
  follow?: boolean
  signal?: AbortSignal
}

export interface Logs extends Lifecycle {
  /** Throws NOT_FOUND when no node tells of such an instance, FORBIDDEN when its node keeps it. */
  read(
    of: { workload: string; instance?: string } | { instance: string },
    options?: LogReadOptions,
  ): AsyncIterable<InstanceLogLine>
}

export interface LogsDeps {
  net: Pick<Net, 'self' | 'openStream' | 'onStream'>
  view: Pick<WorkView, 'instances' | 'desired' | 'subscribe'>
  reconciler: Pick<Reconciler, 'logs'>
  /** Whether the owner of that node holds `use` in the network. */
  mayUse(peer: NodeId): boolean
  clock: Clock
  logger: Logger
}

export function createLogs(deps: LogsDeps): Logs {
  const { net, view, reconciler, mayUse, clock } = deps
  const log = deps.logger.child('logs')
  const server = createLogServer({ net, reconciler, mayUse, logger: log })

  async function* linesOf(
    instance: Instance,
    options: { tail: number; follow: boolean; signal: AbortSignal },
  ): AsyncGenerator<InstanceLogLine> {
    const { id, node } = instance
    const lines =
      node === net.self ? reconciler.logs(id, options) : remoteLines(net, node, id, options)
    for await (const line of lines) yield { ...line, instance: id, node }
  }

  /** Follows an instance past its restarts: each of them ends the log and begins another. */
  async function* following(
    instance: Instance,
    options: { tail: number; signal: AbortSignal },
  ): AsyncGenerator<InstanceLogLine> {
    let { tail } = options
    let [toldUntil, lastAt] = ['', '']
    while (!options.signal.aborted) {
      try {
        const request = { tail, follow: true, signal: options.signal }
        for await (const line of linesOf(instance, request)) {
          if (line.at <= toldUntil) continue
          lastAt = line.at
          yield line
        }
      } catch (error) {
        // Asked again, the node would say the same.
        if (isCode(error, 'FORBIDDEN')) throw error
        log.debug('A log was cut off', { instance: instance.id, error })
      }
      if (options.signal.aborted) return
      await sleep(clock, LOG_REOPEN_MS, { signal: options.signal }).catch(() => {})
      if (!view.instances().some(({ id }) => id === instance.id)) return
      tail = LOG_TAIL_MAX
      toldUntil = lastAt
    }
  }

  async function* read(
    of: { workload?: string; instance?: string },
    { tail = LOG_TAIL_MAX, follow = false, signal: outer }: LogReadOptions,
  ): AsyncGenerator<InstanceLogLine> {
    const wanted = (): Instance[] => view.instances().filter((one) => matches(one, of))
    if (wanted().length === 0 && (of.workload === undefined || !view.desired(of.workload))) {
      const name = of.instance ?? of.workload
      throw new MyceliumError('NOT_FOUND', `No node tells of an instance of ${name}.`)
    }
    // The merge is left by return as well as by abort; either way every source must end.
    const ended = new AbortController()
    const signal = outer ? AbortSignal.any([outer, ended.signal]) : ended.signal
    const failures: unknown[] = []
    const merge = createLogMerge<InstanceLogLine>({
      clock,
      holdMs: follow ? LOG_MERGE_MS : undefined,
      tail,
      heldMax: LOG_TAIL_MAX,
      signal,
      onError(error) {
        failures.push(error)
        // None is left to follow.
        if (failures.length === open.size) merge.seal()
      },
    })
    const open = new Set<string>()
    const addMissing = (): void => {
      for (const instance of wanted()) {
        if (open.has(instance.id)) continue
        // An instance that comes later is told from its beginning.
        const from = open.size < atFirst ? tail : LOG_TAIL_MAX
        open.add(instance.id)
        merge.add(
          follow
            ? following(instance, { tail: from, signal })
            : linesOf(instance, { tail, follow, signal }),
        )
      }
    }
    const atFirst = wanted().length
    addMissing()
    const unsubscribe = follow ? view.subscribe(addMissing) : () => {}
    if (!follow) merge.seal()
    let told = 0
    try {
      for await (const line of merge.read()) {
        told++
        yield line
      }
    } finally {
      unsubscribe()
      ended.abort()
    }
    if (told === 0 && failures.length > 0 && failures.length === open.size) throw failures[0]
    for (const error of failures) log.warn('Some log lines are missing', { error })
  }

  return {
    start: () => server.start(),
    stop: () => server.stop(),
    read: (of, options = {}) => read(of, options),
  }
}

function matches(one: Instance, of: { workload?: string; instance?: string }): boolean {
  if (of.workload !== undefined && one.workload !== of.workload) return false
  return of.instance === undefined || one.id === of.instance
}

async function* remoteLines(
  net: Pick<Net, 'openStream'>,
  node: NodeId,
  instance: string,
  options: { tail: number; follow: boolean; signal: AbortSignal },
): AsyncGenerator<LogLineOut> {
  const { signal } = options
  const stream = await net.openStream(node, 'logs/1', { signal })
  const abort = (): void => stream.abort(new Error('The reader has gone.'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) return
    await stream.write(questionFrame({ instance, tail: options.tail, follow: options.follow }))
    // The writing end stays open: its end is how the other side learns that nobody reads any more.
    const reader = createFrameReader(stream)
    for (;;) {
      const bytes = await reader.frame(LOG_LINE_BYTES_MAX * 2)
      // An empty frame is the end: a stream that only breaks off is not taken for one.
      if (bytes.byteLength === 0) return
      yield parseAnswer(bytes)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    signal.removeEventListener('abort', abort)
    abort()
  }
}
