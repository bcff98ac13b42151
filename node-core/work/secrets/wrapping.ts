/**
 * Keeps secrets readable: when a node comes that may read one (of its owner, or newly assigned), a node
 * that holds the key wraps it for the newcomer. Nodes of the owner do it first, other holders later.
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
  namespaceOf,
  type ReaderList,
  type SecretRow,
  type View,
} from './readers.ts'
import { type Place, type Reader, unwrapKey, wrapKey } from './sealed-value.ts'

export interface Wrapping {
  start(): void
  stop(): Promise<void>
}

interface Missing {
  name: string
  row: SecretRow
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
  let seen: readonly object[] = []

  /** Cheap where nothing of interest changed: keys are written thousands of times a second. */
  function onMoved(): void {
    const view = primary.view()
    if (!view) return
    const marks = (['secrets', 'assignments', 'nodes'] as const).map((table) => view.markOf(table))
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
    const missing = allRows((page) => view.secrets('', page)).flatMap(([name, row]) => {
      return lacking(view, readers, name, row) ?? []
    })
    const isOurs = ({ name }: Missing) => view.ownerOf(namespaceOf(name)) === deps.owner
    const due = missing.filter((one) => asHolder || isOurs(one)).slice(0, WRAPS_AT_ONCE_MAX)
    const done = await Promise.all(due.map((one) => wrap(one, signal)))
    if (done.includes(false)) lookIn(WRAP_AGAIN_MS, asHolder)
    else if (due.length < missing.length) lookIn(WRAP_HOLDER_MS, true)
  }

  /** What there is to do, if this node can do it. */
  function lacking(
    view: View,
    readers: ReaderList,
    name: string,
    row: SecretRow,
  ): Missing | undefined {
    const holding = new Set(row.wraps.map(([node]) => node))
    if (!holding.has(self)) return undefined
    const namespace = namespaceOf(name)
    const may = view.ownerOf(namespace) === deps.owner || assignedTo(view, namespace).includes(self)
    const newcomers = may
      ? readers.of(name, deps.owner).filter(({ node }) => !holding.has(node))
      : []
    return newcomers.length > 0 ? { name, row, readers: newcomers } : undefined
  }

  /** False where it is worth another try. */
  async function wrap({ name, row, readers }: Missing, signal: AbortSignal): Promise<boolean> {
    const place: Place = { network: deps.network, name }
    const own = row.wraps.find(([node]) => node === self)?.[1]
    const dataKey = own && unwrapKey(place, own, deps.key)
    if (!dataKey) {
      logger.warn('A secret was sealed to this node and does not open.', { name })
      return true
    }
    const body = { name, version: row.version, wraps: wrapKey(place, dataKey, readers, random) }
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
