/**
 * Sealed batches into the log: those of one turn share an entry. A batch that was refused for now, or
 * whose fate nobody knows, is proposed again as it is; the registry applies it once (docs/adr/0007).
 */
import type { Clock } from '../../base/clock/index.ts'
import type { Consensus } from '../consensus/driver/index.ts'
import type { Fate } from '../consensus/index.ts'
import { encodeEntry } from '../registry/index.ts'
import { failure } from './failures.ts'
import { ENTRY_BATCHES_MAX, ENTRY_BYTES, RETRY_MS, UNKNOWN_MS } from './limits.ts'
import type { BatchId, Machine } from './machine.ts'
import type { CommandOutcome } from './messages.ts'

export interface Proposer {
  /** What became of each command. Throws the signal's reason, TOO_LARGE, NOT_RUNNING. */
  submit(id: BatchId, batch: Uint8Array, signal: AbortSignal): Promise<readonly CommandOutcome[]>
}

export interface ProposerDeps {
  consensus: Pick<Consensus, 'propose' | 'subscribe'>
  machine: Pick<Machine, 'whenApplied'>
  clock: Clock
}

interface Gathered {
  batch: Uint8Array
  told(fate: Fate): void
  failed(error: unknown): void
}

export function createProposer({ consensus, machine, clock }: ProposerDeps): Proposer {
  let gathered: Gathered[] = []
  /** What waits to be proposed again. */
  const waiting = new Set<() => void>()
  let lead = ''

  // Whoever comes to lead knows nothing of what was handed to the one before.
  consensus.subscribe(({ engine }) => {
    const now = engine?.leader === undefined ? '' : `${engine.leader} ${engine.term}`
    if (now === lead) return
    lead = now
    if (lead !== '') for (const retry of [...waiting]) retry()
  })

  function put(one: Gathered): void {
    gathered.push(one)
    if (gathered.length === 1) queueMicrotask(flush)
  }

  function flush(): void {
    const all = gathered
    gathered = []
    for (const entry of packed(all)) {
      consensus.propose(encodeEntry(entry.map(({ batch }) => batch))).then(
        (fate) => {
          for (const one of entry) one.told(fate)
        },
        (error: unknown) => {
          for (const one of entry) one.failed(error)
        },
      )
    }
  }

  return {
    submit: (id, batch, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason)
        let cancelRetry = (): void => {}
        const retry = (): void => {
          cancelRetry()
          waiting.delete(retry)
          propose()
        }
        let ended = false
        const end = (settle: () => void): void => {
          if (ended) return
          ended = true
          cancelRetry()
          waiting.delete(retry)
          forget()
          signal.removeEventListener('abort', onAbort)
          settle()
        }
        const onAbort = (): void => end(() => reject(signal.reason))
        const forget = machine.whenApplied(id, (outcomes) => end(() => resolve(outcomes)))
        signal.addEventListener('abort', onAbort, { once: true })
        const again = (ms: number): void => {
          if (ended) return
          waiting.add(retry)
          cancelRetry = clock.timer(ms, retry)
        }
        const propose = (): void => {
          put({
            batch,
            failed: (error) => end(() => reject(error)),
            told(fate) {
              if (fate.outcome === 'unknown') again(UNKNOWN_MS)
              if (fate.outcome !== 'refused') return
              if (fate.code === 'TOO_LARGE') end(() => reject(tooLarge()))
              else again(RETRY_MS)
            },
          })
        }
        propose()
      }),
  }
}

function packed(all: readonly Gathered[]): Gathered[][] {
  const entries: Gathered[][] = []
  let bytes = 0
  for (const one of all) {
    const last = entries.at(-1)
    const fits = bytes + one.batch.byteLength <= ENTRY_BYTES
    if (last && fits && last.length < ENTRY_BATCHES_MAX) last.push(one)
    else {
      entries.push([one])
      bytes = 0
    }
    bytes += one.batch.byteLength
  }
  return entries
}

function tooLarge() {
  return failure('TOO_LARGE', 'The batch is too large for the log.')
}
