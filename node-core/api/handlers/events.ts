import type { EVENT_TOPICS, NodeEvent } from '../contract/index.ts'
import type { Builder } from './base.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import { failure } from './failures.ts'
import type { ApiDeps, NetworkParts } from './index.ts'
import { EVENT_READERS_MAX } from './limits.ts'
import { type InstanceFacts, parseInstanceFacts } from './stored.ts'

type Topic = (typeof EVENT_TOPICS)[number]

/** What happens in the node, to whoever asks. Nobody reading costs nothing. */
export function eventHandlers(build: Builder, deps: ApiDeps) {
  const readers = new Map<EventQueue<NodeEvent>, ReadonlySet<string> | undefined>()
  let unwatch: (() => void) | undefined
  let sent = 0

  const emit = (type: `${Topic}.${string}`, data: Record<string, unknown>): void => {
    const event = newEvent(type, data)
    const topic = type.slice(0, type.indexOf('.'))
    for (const [queue, topics] of readers) if (!topics || topics.has(topic)) queue.push(event)
  }
  const newEvent = (type: string, data: Record<string, unknown>): NodeEvent => ({
    id: String(++sent),
    type,
    timestamp: new Date(deps.clock.wallMs()).toISOString(),
    data,
  })

  return {
    watch: build.events.watch.handler(async function* ({ input, signal }) {
      if (readers.size >= EVENT_READERS_MAX) {
        throw failure('RATE_LIMITED', `${EVENT_READERS_MAX} readers follow events already.`)
      }
      const queue = createEventQueue<NodeEvent>()
      readers.set(queue, input.subscribe && new Set(input.subscribe))
      unwatch ??= watchNode(deps, emit)
      const close = (): void => queue.close()
      signal?.addEventListener('abort', close, { once: true })
      if (signal?.aborted) close()
      try {
        for await (const next of queue.read()) {
          yield 'item' in next ? next.item : newEvent('events.missed', { count: next.missed })
        }
      } finally {
        signal?.removeEventListener('abort', close)
        readers.delete(queue)
        if (readers.size === 0) {
          unwatch?.()
          unwatch = undefined
        }
      }
    }),
  }
}

type Emit = (type: `${Topic}.${string}`, data: Record<string, unknown>) => void

function watchNode(deps: ApiDeps, emit: Emit): () => void {
  let unwatchParts: (() => void) | undefined
  const follow = (parts: NetworkParts | undefined): void => {
    unwatchParts?.()
    unwatchParts = parts && watchParts(parts, emit)
  }
  follow(deps.network())
  const stops = [
    deps.onNetwork((parts) => {
      follow(parts)
      emit(parts ? 'network.joined' : 'network.left', parts ? { id: parts.id } : {})
    }),
    deps.onLog((line) => emit(`log.${line.level}`, { ...line })),
  ]
  return () => {
    for (const stop of stops) stop()
    unwatchParts?.()
  }
}

function watchParts(parts: NetworkParts, emit: Emit): () => void {
  const { membership, mesh, state, desired, bundles } = parts
  const stops = [
    membership.subscribe(({ id, profile, liveness, cordoned, draining }, previous) => {
      emit(previous === liveness ? 'node.changed' : `node.${liveness}`, {
        id,
        name: profile.name,
        liveness,
        cordoned,
        draining,
        ...(previous !== undefined && { previous }),
      })
    }),
    mesh.onPeer((peer, change) => {
      emit(change === 'up' ? 'node.connected' : 'node.disconnected', { id: peer })
    }),
    bundles.onPublisher(({ key, gone }) => emit('network.publisher', { id: key, gone })),
    desired.subscribe((change) => {
      if (change.of !== 'workload') return
      const { name } = change
      const generation = desired.get(name)?.generation
      if (generation !== undefined) emit('workload.changed', { name, generation })
      else if (desired.recordOf(name) === 'unreadable') emit('workload.changed', { name })
      else emit('workload.deleted', { name })
    }),
    state.subscribe('node/', ({ key, record, previous }) => {
      const [, node = '', kind, id = ''] = key.split('/')
      if (kind === 'links') emit('node.links', { id: node })
      if (kind !== 'instance') return
      const facts = parseInstanceFacts((record.value === undefined ? previous : record)?.value)
      if (record.value === undefined) emit('instance.gone', { id, node, ...workloadOf(facts) })
      else if (facts) emit('instance.changed', { ...facts, id, node })
    }),
    state.subscribe('net/', ({ key, record }) => {
      const [, kind = '', id = ''] = key.split('/')
      const type = NETWORK_EVENTS.get(kind)
      if (type) emit(`network.${type}`, { id, gone: record.value === undefined })
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function workloadOf(facts: InstanceFacts | undefined) {
  return facts?.workload === undefined ? {} : { workload: facts.workload }
}

/** Second word of a `net/` key to the event a change of it is told as. */
const NETWORK_EVENTS = new Map([
  ['member', 'member'],
  ['waiting', 'waiting'],
  ['removed', 'removed'],
  ['bundle', 'bundle'],
])
