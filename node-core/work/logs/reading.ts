/**
 * Log lines of any instance of the network, several of them as one log by time: those kept here, those
 * of other nodes over `logs/3`, and of nodes that are out of reach the copy that goes furthest.
 */
import { type Clock, createTurn, sleep } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { type Net, type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { WorkView } from '../reconcile/index.ts'
import { copyKey } from './copy-keys.ts'
import type { FoundLog, HeldLogs } from './held.ts'
import type { InstanceLogLine, KeptLog, LogReadOptions, LogSubject } from './index.ts'
import { keptLines, type LinesQuery, type LogLines } from './kept-lines.ts'
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
import { type LinePlace, parsePlace, placesIn, whoseLog } from './place.ts'
import { type LogPlace, remoteLines } from './remote-lines.ts'
import type { LogStore } from './store.ts'

export interface LogReadingDeps {
  net: Pick<Net, 'self' | 'openStream'>
  view: Pick<WorkView, 'instances' | 'desired' | 'entrusted' | 'subscribe'>
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
  queryOf(subject: Subject): LinesQuery
  kept(subject: Subject, lines: AsyncIterable<InstanceLogLine>): AsyncGenerator<InstanceLogLine>
  failures: readonly Failed[]
}

export interface LogReading {
  read(of: LogSubject, options: LogReadOptions): AsyncGenerator<InstanceLogLine>
  kept(of: LogSubject): Promise<KeptLog[]>
}

export function createLogReading(deps: LogReadingDeps): LogReading {
  const { net, view, clock, logger } = deps

  function linesAt(place: LogPlace, query: LinesQuery): AsyncGenerator<LogLines> {
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
    return found.sort(byReach)[0]
  }

  async function* copied(copy: FoundLog, query: LinesQuery): AsyncGenerator<LogLines> {
    const origin = parseNodeId(copy.node)
    const [holder, node] = [deps.nameOf(copy.holder), origin ? deps.nameOf(origin) : copy.node]
    let said = false
    for await (const { log, lines } of linesAt(
      { ...copy, copyOf: copy.node },
      { ...query, follow: false },
    )) {
      const at = lines[0]?.at ?? copy.since
      const line = `The end of this log, from a copy that ${holder} keeps: ${node} is out of reach.`
      if (!said) yield { log, lines: [{ at, stream: 'note', line, number: 0 }] }
      said = true
      yield { log, lines }
    }
  }

  async function* once(
    subject: Subject,
    query: LinesQuery,
    copies = true,
  ): AsyncGenerator<InstanceLogLine> {
    const turn = createTurn(clock)
    for await (const { log, lines } of linesOf(subject, query, copies)) {
      const placeOf = placesIn(log, subject.id, subject.node)
      for (const { number, ...line } of lines) {
        const told = { ...line, instance: subject.id, node: subject.node }
        yield number > 0 ? { ...told, place: placeOf(number) } : told
        if (turn.isOver()) await turn.next()
      }
    }
  }

  /** Goes on after the log broke off, where it broke off, for as long as there is an instance. */
  async function* following(subject: Subject, query: LinesQuery): AsyncGenerator<InstanceLogLine> {
    let next = query
    let copies = true
    let refused = false
    while (!query.signal.aborted) {
      let last: string | undefined
      try {
        for await (const line of once(subject, next, copies)) {
          if (line.place !== undefined) last = line.place
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
      // Once it broke off, copies may go further than was told; then the node is waited for.
      copies = last !== undefined
      if (query.signal.aborted) return
      await sleep(clock, LOG_REOPEN_MS, { signal: query.signal }).catch(() => {})
      if (!view.instances().some(({ id }) => id === subject.id)) return
      const after = last === undefined ? undefined : parsePlace(last)
      if (after) next = { ...query, after: { log: after.log, number: after.number } }
    }
  }

  /** `others`: on nodes that only say that they run them, and were not given them. */
  function present(of: LogSubject): { given: Subject[]; others: Subject[] } {
    const was = view.entrusted()
    const found = view
      .instances()
      .filter(({ workload }) => of.workload === undefined || workload === of.workload)
      .filter(({ id }) => of.instance === undefined || id === of.instance)
      .map((one) => ({ id: one.id, node: one.node, given: one.node === net.self || was(one) }))
    const given = found.filter((one) => one.given)
    // Nobody is given what is wanted no more, and whoever asks for one by its id means it.
    const isOnlyOne = of.instance !== undefined && given.length === 0
    const isWanted = of.workload !== undefined && view.desired(of.workload) !== undefined
    if (isOnlyOne || (of.instance === undefined && !isWanted)) return { given: found, others: [] }
    return { given, others: found.filter((one) => !one.given) }
  }

  /** Once for each of their nodes. */
  function* unbelieved(others: readonly Subject[]): Generator<InstanceLogLine> {
    for (const [node, [first]] of Map.groupBy(others, (one) => one.node)) {
      const who = deps.nameOf(node) || node
      const line = `What ${who} says that it runs of this is not shown: it was not given it.`
      if (first) yield said(first, line)
    }
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
    const { tail: asked = LOG_TAIL_MAX, follow = false, signal: outer, after, ...filter } = options
    const places = after && placesOf(after)
    const { given: now, others } = present(of)
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
    const whole = asked === 'all' || places !== undefined
    const tail = asked === 'all' ? LOG_TAIL_MAX : asked
    const query = { tail, follow, signal, ...(whole && { whole }), ...filter }
    const queryOf = ({ id, node }: Subject): LinesQuery => {
      const place = places?.get(whoseLog(id, node))
      return place ? { ...query, after: place } : query
    }
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
      ? followed(of, all, { query, queryOf, kept, failures })
      : merged(whole ? wholeOf(all) : lanesOf(all).map(oneByOne), { whole, tail, signal })
    async function* oneByOne(lane: readonly Subject[]) {
      for (const subject of lane) yield* kept(subject, once(subject, queryOf(subject)))
    }
    /** All of them at once, as their lines are put in order: of a node that has many, in pages. */
    function wholeOf(subjects: readonly Subject[]) {
      const pages = createPages()
      return [...Map.groupBy(subjects, holderOf)].flatMap(([holder, own]) => {
        const isCrowd = holder !== net.self && own.length > LOG_READ_AT_ONCE_MAX
        return own.map((one) => {
          const open = (some: LinesQuery) => once(one, some)
          const own = queryOf(one)
          return kept(one, isCrowd ? pages.read(holder, own, open) : open(own))
        })
      })
    }
    yield* unbelieved(others)
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
    return said({ id, node }, `Its log is missing here: ${messageOf(error)}`)
  }

  function said({ id, node }: Subject, line: string): InstanceLogLine {
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
    { query, queryOf, kept, failures }: Following,
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
      const own = { ...queryOf(subject), tail }
      merge.add(sealing(kept(subject, subject.at ? once(subject, own) : following(subject, own))))
    }
    async function* sealing(lines: AsyncIterable<InstanceLogLine>) {
      yield* lines
      // None is left to follow.
      if (failures.length === open.size) merge.seal()
    }
    for (const subject of all) add(subject, query.tail)
    // An instance that comes later is told from its beginning.
    const more = (): void => present(of).given.forEach((subject) => void add(subject, LOG_TAIL_MAX))
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

/** The one first that goes furthest: of the log that was begun last, by its lines where they are told. */
function byReach(a: FoundLog, b: FoundLog): number {
  if (a.since !== b.since) return a.since < b.since ? 1 : -1
  const more = (b.lines ?? 0) - (a.lines ?? 0)
  return more !== 0 ? more : a.lastAt < b.lastAt ? 1 : -1
}

/** By whose log they are in. */
function placesOf(texts: readonly string[]): Map<string, LinePlace> {
  const places = new Map<string, LinePlace>()
  for (const text of texts) {
    const place = parsePlace(text)
    if (!place) throw new MyceliumError('BAD_PLACE', `“${text}” is no place in a log.`)
    places.set(place.whose, { log: place.log, number: place.number })
  }
  return places
}

/** Of each instance the log itself before a copy, and of copies the one that goes furthest. */
function bestOf(found: readonly FoundLog[]): FoundLog[] {
  const best = new Map<string, FoundLog>()
  for (const one of found) {
    const key = `${one.node}/${one.instance}`
    const before = best.get(key)
    const better = before && (before.copy === one.copy ? byReach(one, before) < 0 : before.copy)
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
