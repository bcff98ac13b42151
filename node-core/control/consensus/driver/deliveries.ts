/** Hands committed entries to the state machine, in order, beside the engine's next round. */
import type { Clock } from '../../../base/clock/index.ts'
import type { CommittedEntry, Fate, LogIndex, Ready, StateSnapshot } from '../index.ts'
import type { StateMachine } from './index.ts'
import { APPLY_BYTES_BUSY, APPLY_BYTES_MAX } from './limits.ts'

export interface Deliveries {
  readonly applied: LogIndex
  /** So much waits that nothing should be added. */
  readonly busy: boolean
  /** Takes over a Ready's deliveries. Resolves when there is room for the next one's. */
  take(ready: Ready): Promise<void>
  /** Runs it once the machine has applied `index`. */
  whenApplied(index: LogIndex, run: () => void): void
  /** The machine's state, in its turn. */
  snapshot(): Promise<{ index: LogIndex; state: Uint8Array }>
  /** Ends after the call that is under way. */
  stop(): Promise<void>
}

export interface DeliveriesDeps {
  clock: Clock
  machine: StateMachine
  told: (fate: Fate) => void
  applied: () => void
  failed: (error: unknown) => void
}

type Work =
  | { kind: 'restore'; snapshot: StateSnapshot }
  | { kind: 'apply'; entries: readonly CommittedEntry[]; sizeBytes: number }
  | { kind: 'tell'; fates: readonly Fate[] }
  | { kind: 'snapshot'; resolve: (taken: { index: LogIndex; state: Uint8Array }) => void }

export function createDeliveries(deps: DeliveriesDeps): Deliveries {
  const { machine } = deps
  let queue: Work[] = []
  let waitingBytes = 0
  let applied = 0 as LogIndex
  let waiting: { index: LogIndex; run: () => void }[] = []
  let room: (() => void)[] = []
  let working: Promise<void> | undefined
  let stopped = false
  /** Messages to peers leave in this turn. */
  let sends = false
  let endTurn = (): void => {}
  /** Those that are being written. */
  let snapshots: Promise<void> = Promise.resolve()

  function ask(work: Work): void {
    queue.push(work)
    begin()
  }

  function begin(): void {
    working ??= run().finally(() => {
      working = undefined
      // What came after the last look, and before this, has woken nobody.
      if (queue.length > 0 && !stopped) begin()
    })
  }

  /**
   * In the turn after that which sends to peers: news of a commit would else leave only when this node
   * had applied it and had answered its own callers.
   */
  function sent(): Promise<void> {
    return new Promise((resolve) => {
      endTurn = resolve
      deps.clock.timer(0, resolve)
    })
  }

  async function run(): Promise<void> {
    try {
      if (sends) await sent()
      sends = false
      for (let work = queue.shift(); work && !stopped; work = queue.shift()) {
        await perform(work)
      }
    } catch (error) {
      failed(error)
    }
    if (stopped) release()
  }

  function failed(error: unknown): void {
    stopped = true
    deps.failed(error)
    release()
  }

  async function perform(work: Work): Promise<void> {
    switch (work.kind) {
      case 'restore':
        await machine.restore(work.snapshot)
        return advance(work.snapshot.index)
      case 'apply': {
        await machine.apply(work.entries)
        waitingBytes -= work.sizeBytes
        if (waitingBytes <= APPLY_BYTES_MAX) release()
        const last = work.entries.at(-1)
        return last && advance(last.index)
      }
      case 'tell':
        for (const fate of work.fates) tell(fate)
        return
      case 'snapshot': {
        const index = applied
        const taken = machine.snapshot()
        // What comes next is applied while its bytes are written. Told in the order of the log.
        snapshots = Promise.all([taken, snapshots]).then(([state]) => {
          work.resolve({ index, state })
        }, failed)
        return
      }
    }
  }

  /** A proposer may look at the machine as soon as it is told. */
  function tell(fate: Fate): void {
    if (fate.outcome === 'committed') whenApplied(fate.index, () => deps.told(fate))
    else deps.told(fate)
  }

  function whenApplied(index: LogIndex, run: () => void): void {
    if (index <= applied) run()
    else waiting.push({ index, run })
  }

  function advance(index: LogIndex): void {
    applied = index
    const due = waiting.filter((each) => each.index <= applied)
    if (due.length > 0) waiting = waiting.filter((each) => each.index > applied)
    for (const { run } of due) run()
    deps.applied()
  }

  function release(): void {
    for (const resume of room) resume()
    room = []
  }

  return {
    get applied() {
      return applied
    },
    get busy() {
      return waitingBytes > APPLY_BYTES_BUSY
    },
    whenApplied,
    async take({ messagesNow, messages, snapshot, committed, fates }) {
      sends ||= messagesNow.length + messages.length > 0
      if (snapshot) ask({ kind: 'restore', snapshot })
      if (committed.length > 0) {
        const sizeBytes = committed.reduce((sum, { payload }) => sum + payload.byteLength, 0)
        waitingBytes += sizeBytes
        ask({ kind: 'apply', entries: committed, sizeBytes })
      }
      if (fates.length > 0) ask({ kind: 'tell', fates })
      while (waitingBytes > APPLY_BYTES_MAX && !stopped) {
        await new Promise<void>((resolve) => room.push(resolve))
      }
    },
    snapshot: () => new Promise((resolve) => ask({ kind: 'snapshot', resolve })),
    async stop() {
      stopped = true
      queue = []
      endTurn()
      release()
      await working
    },
  }
}
