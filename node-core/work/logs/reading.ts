/**
 * Log lines of any instance of the network, several of them as one log by time: those kept here, those
 * of other nodes over `logs/2`, and of nodes that are out of reach the copy that goes furthest.
 */
import { type Clock, createTurn, sleep } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type Net, type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { WorkView } from '../reconcile/index.ts'
import type { LogLineOut } from '../runners/index.ts'
import { copyKey } from './copy-keys.ts'
import type { FoundLog, HeldLogs } from './held.ts'
import type { InstanceLogLine, KeptLog, LogReadOptions, LogSubject } from './index.ts'
import { keptLines, type LinesQuery } from './kept-lines.ts'
import {
  LOG_HELD_MAX,
  LOG_MERGE_MS,
  LOG_READ_AT_ONCE_MAX,
  LOG_REOPEN_MS,
  LOG_TAIL_MAX,
} from './limits.ts'
import { createLogMerge } from './merge-logs.ts'
import { mergeSorted } from './merge-sorted.ts'
import { createPages } from './pages.ts'
import { type LogPlace, remoteLines } from './remote-lines.ts'
import type { LogStore } from './store.ts'

export interface LogReadingDeps {
  net: Pick<Net, 'self' | 'openStream'>
  view: Pick<WorkView, 'instances' | 'desired' | 'subscribe'>
  store: LogStore
  copies: LogStore
  held: Pick<HeldLogs, 'find'>
  live: () => readonly NodeId[]
  nameOf: (node: NodeId) => string
  clock: Clock
  logger: Logger
}

/** An instance, and where it runs or ran. */
interface Subject {
  id: string
  node: NodeId
  /** It runs no more: where its log is was found out. */
  at?: FoundLog
}

interface Failed {
  subject: Subject
  error: unknown
}

interface Following {
  query: LinesQuery
  kept(subject: Subject, lines: AsyncIterable<InstanceLogLine>): AsyncGenerator<InstanceLogLine>
  failures: readonly Failed[]
}

export interface LogReading {
  read(of: LogSubject, options: LogReadOptions): AsyncGenerator<InstanceLogLine>
  kept(of: LogSubject): Promise<KeptLog[]>
}

export function createLogReading(deps: LogReadingDeps): LogReading {
  const { net, view, clock, logger } = deps

  function linesAt(place: LogPlace, query: LinesQuery): AsyncGenerator<LogLineOut[]> {
    const { holder, instance, copyOf } = place
    if (holder !== net.self) return remoteLines(net, place, query)
    if (copyOf === undefined) return keptLines(deps.store, instance, query)
    return keptLines(deps.copies, copyKey(copyOf, instance), query)
  }

  /** @param copies Whether a copy will do where the log itself is out of reach. */
  async function* linesOf({ id, node, at }: Subject, query: LinesQuery, copies: boolean) {
    const reached = node === net.self || deps.live().includes(node)
    if (at && !at.copy) {
      return yield* linesAt({ holder: at.holder, instance: id }, query)
    }
    let told = false
    try {
      if (!reached) throw new MyceliumError('NET_UNREACHABLE', 'Its node is out of reach.')
      for await (const lines of linesAt({ holder: node, instance: id }, query)) {
        told = true
        yield lines
      }
    } catch (error) {
      if (told || !(isAway(error) || isCode(error, 'NOT_FOUND'))) throw error
      const copy = at ?? (copies ? await furthestCopy(id, node) : undefined)
      // An instance that has not been started yet has written nothing.
      if (!copy && isCode(error, 'NOT_FOUND')) return
      if (!copy) throw error
      yield* copied(copy, query)
    }
  }

  /** Of what its own node handed over: whatever another says of this instance is not its log. */
  async function furthestCopy(instance: string, node: NodeId): Promise<FoundLog | undefined> {
    const all = await deps.held.find({ instance })
    const found = all.filter((one) => one.copy && one.node === node)
    return found.sort((a, b) => (a.lastAt < b.lastAt ? 1 : -1))[0]
  }

  async function* copied(copy: FoundLog, query: LinesQuery): AsyncGenerator<LogLineOut[]> {
    const origin = parseNodeId(copy.node)
    const [holder, node] = [deps.nameOf(copy.holder), origin ? deps.nameOf(origin) : copy.node]
    let said = false
    for await (const lines of linesAt(
      { ...copy, copyOf: copy.node },
      { ...query, follow: false },
    )) {
      const at = lines[0]?.at ?? copy.since
      const line = `The end of this log, from a copy that ${holder} keeps: ${node} is out of reach.`
      if (!said) yield [{ at, stream: 'note', line }]
      said = true
      yield lines
    }
  }

  async function* once(
    subject: Subject,
    query: LinesQuery,
    copies = true,
  ): AsyncGenerator<InstanceLogLine> {
    const turn = createTurn(clock)
    for await (const lines of linesOf(subject, query, copies)) {
      for (const line of lines) {
        yield { ...line, instance: subject.id, node: subject.node }
        if (turn.isOver()) await turn.next()
      }
    }
  }

  /** Goes on after the log broke off, where it broke off, for as long as there is an instance. */
  async function* following(subject: Subject, query: LinesQuery): AsyncGenerator<InstanceLogLine> {
    let next = query
    let last = { at: '', count: 0 }
    // What a copy holds is told once; then the node is waited for.
    let copies = true
    let refused = false
    while (!query.signal.aborted) {
      let left = last.count
      try {
        for await (const line of once(subject, next, copies)) {
          if (line.at === last.at && left-- > 0) continue
          last = { at: line.at, count: line.at === last.at ? last.count + 1 : 1 }
          yield line
        }
      } catch (error) {
        // Asked again, the node would say the same.
        if (isCode(error, 'FORBIDDEN')) throw error
        // What goes on like this would be missing without a word.
        if (isCode(error, 'RATE_LIMITED') && !refused) yield missing(subject, error)
        refused ||= isCode(error, 'RATE_LIMITED')
        logger.debug('A log was cut off', { instance: subject.id, error })
      }
      copies = false
      if (query.signal.aborted) return
      await sleep(clock, LOG_REOPEN_MS, { signal: query.signal }).catch(() => {})
      if (!view.instances().some(({ id }) => id === subject.id)) return
      if (last.at !== '') next = { ...query, tail: LOG_TAIL_MAX, whole: false, since: last.at }
    }
  }

  function present(of: LogSubject): Subject[] {
    return view
      .instances()
      .filter(({ workload }) => of.workload === undefined || workload === of.workload)
      .filter(({ id }) => of.instance === undefined || id === of.instance)
      .map(({ id, node }) => ({ id, node }))
  }

  /** Instances that are no more, each where most of its log is. */
  async function gone(of: LogSubject): Promise<Subject[]> {
    const there = new Set(view.instances().map(({ id }) => id))
    const found = (await deps.held.find(of)).filter(({ instance }) => !there.has(instance))
    return bestOf(found).flatMap((at) => {
      const node = parseNodeId(at.node)
      return node ? [{ id: at.instance, node, at }] : []
    })
  }

  async function* read(of: LogSubject, options: LogReadOptions): AsyncGenerator<InstanceLogLine> {
    const { tail: asked = LOG_TAIL_MAX, follow = false, signal: outer, ...filter } = options
    const now = present(of)
    const wanted = of.workload !== undefined && view.desired(of.workload) !== undefined
    const named = of.instance !== undefined
    const look = filter.previous || (now.length === 0 && (named || !wanted))
    const past = look ? await gone(of) : []
    if (now.length + past.length === 0 && (named || !wanted)) {
      const name = of.instance ?? of.workload
      throw new MyceliumError('NOT_FOUND', `No node tells of an instance of ${name}.`)
    }
    // The merge is left by return as well as by abort; either way every source must end.
    const ended = new AbortController()
    const signal = outer ? AbortSignal.any([outer, ended.signal]) : ended.signal
    const whole = asked === 'all'
    const tail = whole ? LOG_TAIL_MAX : asked
    const query = { tail, follow, signal, ...(whole && { whole }), ...filter }
    const failures: Failed[] = []
    /** What fails is told behind what the others wrote, and ends none of them. */
    async function* kept(subject: Subject, lines: AsyncIterable<InstanceLogLine>) {
      try {
        yield* lines
      } catch (error) {
        if (!signal.aborted) failures.push({ subject, error })
      }
    }
    const all = [...now, ...past]
    const lines = follow
      ? followed(of, all, { query, kept, failures })
      : merged(whole ? wholeOf(all) : lanesOf(all).map(oneByOne), { whole, tail, signal })
    async function* oneByOne(lane: readonly Subject[]) {
      for (const subject of lane) yield* kept(subject, once(subject, query))
    }
    /** All of them at once, as their lines are put in order: of a node that has many, in pages. */
    function wholeOf(subjects: readonly Subject[]) {
      const pages = createPages()
      return [...Map.groupBy(subjects, holderOf)].flatMap(([holder, own]) => {
        const isCrowd = holder !== net.self && own.length > LOG_READ_AT_ONCE_MAX
        return own.map((one) => {
          const open = (some: LinesQuery) => once(one, some)
          return kept(one, isCrowd ? pages.read(holder, query, open) : open(query))
        })
      })
    }
    const turn = createTurn(clock)
    let told = 0
    try {
      for await (const line of lines) {
        told++
        yield line
        if (turn.isOver()) await turn.next()
      }
    } finally {
      ended.abort()
    }
    const [first] = failures
    if (first && told === 0 && failures.length >= all.length) throw first.error
    for (const { subject, error } of failures) yield missing(subject, error)
  }

  function missing({ id, node }: Subject, error: unknown): InstanceLogLine {
    logger.warn('Some log lines are missing', { instance: id, node, reason: messageOf(error) })
    const line = `Its log is missing here: ${messageOf(error)}`
    return { at: new Date(clock.wallMs()).toISOString(), stream: 'note', line, instance: id, node }
  }

  /** In the order of their times: of all that there is as it comes, of the last ones once they are there. */
  function merged(
    sources: AsyncIterable<InstanceLogLine>[],
    { whole, tail, signal }: { whole: boolean; tail: number; signal: AbortSignal },
  ): AsyncGenerator<InstanceLogLine> {
    if (whole) return mergeSorted(sources)
    const merge = createLogMerge<InstanceLogLine>({
      ...{ clock, tail, signal, holdMs: undefined, heldMax: LOG_TAIL_MAX },
      onError: (error) => logger.error('A log was not merged', { error }),
    })
    for (const source of sources) merge.add(source)
    merge.seal()
    return merge.read()
  }

  /** Instances that come later included. */
  async function* followed(
    of: LogSubject,
    all: readonly Subject[],
    { query, kept, failures }: Following,
  ): AsyncGenerator<InstanceLogLine> {
    const open = new Set<string>()
    const merge = createLogMerge<InstanceLogLine>({
      ...{ clock, tail: query.tail, signal: query.signal },
      ...{ holdMs: LOG_MERGE_MS, heldMax: LOG_HELD_MAX },
      onError: (error) => logger.error('A log was not merged', { error }),
    })
    const add = (subject: Subject, tail: number): void => {
      const key = `${subject.node}/${subject.id}`
      if (open.has(key)) return
      open.add(key)
      const own = { ...query, tail }
      merge.add(sealing(kept(subject, subject.at ? once(subject, own) : following(subject, own))))
    }
    async function* sealing(lines: AsyncIterable<InstanceLogLine>) {
      yield* lines
      // None is left to follow.
      if (failures.length === open.size) merge.seal()
    }
    for (const subject of all) add(subject, query.tail)
    // An instance that comes later is told from its beginning.
    const more = (): void => present(of).forEach((subject) => void add(subject, LOG_TAIL_MAX))
    const unsubscribe = view.subscribe(more)
    try {
      yield* merge.read()
    } finally {
      unsubscribe()
    }
  }

  return {
    read,
    kept: async (of) => bestOf(await deps.held.find(of)),
  }
}

/** Of each instance the log itself before a copy, and of copies the one that goes furthest. */
function bestOf(found: readonly FoundLog[]): FoundLog[] {
  const best = new Map<string, FoundLog>()
  for (const one of found) {
    const key = `${one.node}/${one.instance}`
    const before = best.get(key)
    const better = before && (before.copy === one.copy ? before.lastAt < one.lastAt : before.copy)
    if (!before || better) best.set(key, one)
  }
  return [...best.values()].sort((a, b) => (a.since < b.since ? 1 : -1))
}

/** So that no other node is asked for more at a time than it answers; what is here needs no turns. */
function lanesOf(all: readonly Subject[]): Subject[][] {
  const byHolder = Map.groupBy(all, holderOf)
  return [...byHolder.values()].flatMap((own) => {
    const lanes: Subject[][] = []
    for (const [at, subject] of own.entries()) {
      const lane = lanes[at % LOG_READ_AT_ONCE_MAX]
      if (lane) lane.push(subject)
      else lanes.push([subject])
    }
    return lanes
  })
}

function holderOf({ node, at }: Subject): NodeId {
  return at?.holder ?? node
}

function isAway(error: unknown): boolean {
  const away = ['NET_UNREACHABLE', 'NET_TIMEOUT', 'NET_REFUSED']
  return away.some((code) => isCode(error, code))
}
