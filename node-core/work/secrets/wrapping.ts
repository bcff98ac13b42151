/**
 * Keeps secrets readable: when a node comes that may read one (of its owner, or newly assigned), a node
 * that holds the key wraps it for the newcomer. Nodes of the owner do it first, other holders later. A
 * node whose wrap does not open gives it up, and gets another from the owner's.
 */
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import { allRows } from '../../control/registry/index.ts'
import type { SecretsDeps } from './index.ts'
import {
  WRAP_AGAIN_MS,
  WRAP_HOLDER_MS,
  WRAP_MS,
  WRAP_SPREAD_MS,
  WRAPS_AT_ONCE_MAX,
} from './limits.ts'
import {
  assignedTo,
  createReaderList,
  holdersOf,
  namespaceOf,
  type ReaderList,
  type SecretRow,
  type View,
  wrapFor,
} from './readers.ts'
import { openRow, type Place, type Reader, type Wraps, wrapKey } from './sealed-value.ts'

/** The version of the rules under which a wrap that was given up is the owner's nodes' to replace. */
const GIVE_UP_SINCE = 6

export interface Wrapping {
  start(): void
  stop(): Promise<void>
}

interface Named {
  name: string
  row: SecretRow
}

interface Missing extends Named {
  readers: Reader[]
}

export function createWrapping(deps: SecretsDeps): Wrapping {
  const { primary, clock, random, self } = deps
  const logger = deps.logger.child('secrets')
  let unsubscribe = (): void => {}
  /** Those to come, by whether they are as a holder. */
  const looks = new Map<boolean, { dueMs: number; cancel: () => void }>()
  let busy: Promise<void> = Promise.resolve()
  let stopping: AbortController | undefined
  let seen: readonly unknown[] = []
  /** Own wraps that open, so that each is tried once. */
  const proven = new WeakSet<Uint8Array>()

  /** Cheap where nothing of interest changed: keys are written thousands of times a second. */
  function onMoved(): void {
    const view = primary.view()
    if (!view) return
    const tables = (['secrets', 'assignments', 'nodes'] as const).map((name) => view.markOf(name))
    const marks = [view.version, ...tables]
    if (marks.every((mark, at) => mark === seen[at])) return
    seen = marks
    lookIn(WRAP_MS + random.int(WRAP_SPREAD_MS), false)
  }

  /** The sooner of two that are asked for; those as a holder wait apart, so that no change puts them off. */
  function lookIn(ms: number, asHolder: boolean): void {
    const dueMs = clock.monotonicMs() + ms
    const planned = looks.get(asHolder)
    if (!stopping || (planned && planned.dueMs <= dueMs)) return
    planned?.cancel()
    const cancel = clock.timer(ms, () => {
      looks.delete(asHolder)
      busy = busy
        .then(() => look(asHolder))
        .catch((error: unknown) => {
          logger.error('A look at secrets failed.', { error: messageOf(error) })
        })
    })
    looks.set(asHolder, { dueMs, cancel })
  }

  async function look(asHolder: boolean): Promise<void> {
    const view = primary.view()
    const signal = stopping?.signal
    if (!view || !signal) return
    const readers = createReaderList(view)
    const rows = allRows((page) => view.secrets('', page)).map(([name, row]) => ({ name, row }))
    const tried = view.version < GIVE_UP_SINCE ? [] : rows.filter((one) => isUntried(view, one))
    const trying = tried.slice(0, WRAPS_AT_ONCE_MAX)
    const spoilt = new Set(trying.filter((one) => !opened(one)))
    const missing = rows.flatMap((one) =>
      spoilt.has(one) ? [] : (lacking(view, readers, one) ?? []),
    )
    const isOurs = ({ name }: Missing) => isOwn(view, name)
    const due = missing.filter((one) => asHolder || isOurs(one)).slice(0, WRAPS_AT_ONCE_MAX)
    const done = await Promise.all([
      ...[...spoilt].map((one) => giveUp(one, signal)),
      ...due.map((one) => wrap(one, signal)),
    ])
    if (trying.length < tried.length) lookIn(WRAP_MS, asHolder)
    if (done.includes(false)) lookIn(WRAP_AGAIN_MS, asHolder)
    else if (due.length < missing.length) lookIn(WRAP_HOLDER_MS, true)
  }

  function isOwn(view: View, name: string): boolean {
    return view.ownerOf(namespaceOf(name)) === deps.owner
  }

  function mayRead(view: View, name: string): boolean {
    return isOwn(view, name) || assignedTo(view, namespaceOf(name)).includes(self)
  }

  function isUntried(view: View, { name, row }: Named): boolean {
    const own = wrapFor(row, self)
    return own !== undefined && own.byteLength > 0 && !proven.has(own) && mayRead(view, name)
  }

  /** The data key, where this node's wrap opens. */
  function opened({ name, row: { sealed }, row }: Named): Uint8Array | undefined {
    const wrapped = wrapFor(row, self)
    const both = wrapped && openRow({ network: deps.network, name }, { sealed, wrapped }, deps.key)
    if (both) proven.add(wrapped)
    return both?.dataKey
  }

  /** What there is to do, if this node can do it. */
  function lacking(view: View, readers: ReaderList, { name, row }: Named): Missing | undefined {
    const holding = holdersOf(row)
    if (!holding.has(self) || !mayRead(view, name)) return undefined
    const newcomers = readers.of(name, deps.owner).filter(({ node }) => {
      // One that was given up is for the owner's nodes to replace.
      return isOwn(view, name) ? !holding.has(node) : wrapFor(row, node) === undefined
    })
    return newcomers.length > 0 ? { name, row, readers: newcomers } : undefined
  }

  /** False where it is worth another try. */
  async function wrap({ name, row, readers }: Missing, signal: AbortSignal): Promise<boolean> {
    const place: Place = { network: deps.network, name }
    const dataKey = opened({ name, row })
    if (!dataKey) {
      logger.warn('A secret was sealed to this node and does not open.', { name })
      return true
    }
    return send({ name, row }, wrapKey(place, dataKey, readers, random), signal)
  }

  /** By an empty one: whoever wrapped it, wrapped something else. */
  async function giveUp(one: Named, signal: AbortSignal): Promise<boolean> {
    const { name } = one
    const isGivenUp = await send(one, [[self, new Uint8Array()]], signal)
    if (isGivenUp) logger.warn('What was wrapped for this node opens no secret.', { name })
    return isGivenUp
  }

  async function send({ name, row }: Named, wraps: Wraps, signal: AbortSignal): Promise<boolean> {
    const body = { name, version: row.version, wraps }
    try {
      await primary.execute({ kind: 'secret.wrap', body }, { signal })
      return true
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('A secret was not wrapped.', { name, code: error.code })
      return false
    }
  }

  return {
    start() {
      if (stopping) return
      stopping = new AbortController()
      unsubscribe = primary.subscribe(onMoved)
      onMoved()
    },
    async stop() {
      stopping?.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      stopping = undefined
      unsubscribe()
      for (const { cancel } of looks.values()) cancel()
      looks.clear()
      await busy
    },
  }
}
