import type { Time } from '../time/index.ts'
import { type Door, type Line, LockedError, NoNodeError } from './index.ts'

/** `locked`: the node wants a key that this window does not have. */
export type ConnectionPhase = 'connecting' | 'open' | 'lost' | 'locked'

export interface ConnectionState {
  phase: ConnectionPhase
  /** Whether the line was ever open: before that it is a wait, after that a loss. */
  wasOpen: boolean
  /** When the next attempt is due, while `lost`. */
  retryAtMs?: number
  /** Why no node answers, while `lost` and as far as it is known. */
  problem?: Pick<NoNodeError, 'code' | 'message'>
  /** A key was tried and not accepted. */
  wasRefused: boolean
}

/** Keeps one line to the node, opening it again whenever it is lost. */
export interface Connection {
  state(): ConnectionState
  /** The open line, or nothing. */
  line(): Line | undefined
  subscribe(listener: () => void): () => void
  start(): void
  /** Tries at once instead of waiting. */
  retry(): void
  /** Starts a node that was stopped on purpose, and tries at once. */
  startNode(): void
  unlock(token: string): void
}

export interface ConnectionDeps {
  door: Door
  time: Time
}

const RETRY_FIRST_MS = 400
const RETRY_MAX_MS = 10_000

export function createConnection({ door, time }: ConnectionDeps): Connection {
  const listeners = new Set<() => void>()
  let state: ConnectionState = { phase: 'connecting', wasOpen: false, wasRefused: false }
  let line: Line | undefined
  let retryMs = RETRY_FIRST_MS
  let cancelRetry = (): void => {}
  let started = false
  let opening = false
  let unlocking = false

  function become(next: Partial<ConnectionState> & Pick<ConnectionState, 'phase'>): void {
    const { wasOpen, wasRefused } = state
    state = { wasOpen, wasRefused, ...next }
    for (const listener of listeners) listener()
  }

  async function open(): Promise<void> {
    if (opening || line) return
    opening = true
    cancelRetry()
    try {
      line = await door.open()
      retryMs = RETRY_FIRST_MS
      unlocking = false
      become({ phase: 'open', wasOpen: true, wasRefused: false })
      void line.closed.then(() => lose())
    } catch (error) {
      if (error instanceof LockedError) become({ phase: 'locked', wasRefused: unlocking })
      else lose(error instanceof NoNodeError ? error : undefined)
    } finally {
      opening = false
    }
  }

  function lose(problem?: NoNodeError): void {
    line = undefined
    const retryAtMs = time.now() + retryMs
    become({ phase: 'lost', retryAtMs, ...(problem && { problem }) })
    cancelRetry = time.after(retryMs, () => void open())
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)
  }

  return {
    state: () => state,
    line: () => line,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start() {
      if (started) return
      started = true
      void open()
    },
    retry: () => void open(),
    startNode() {
      door.startNode?.()
      retryMs = RETRY_FIRST_MS
      // Whatever stood in the way has just been taken out of it.
      become({ phase: 'connecting' })
      void open()
    },
    unlock(token) {
      door.unlock?.(token)
      unlocking = true
      become({ phase: 'connecting' })
      void open()
    },
  }
}
