/**
 * Snapshots on their way to followers, in chunks that fit into messages (Raft §7). The receiver names
 * the next byte it wants; a few chunks go ahead of its answers, and what is not acknowledged in time
 * is sent again from there. A snapshot that has changed starts anew.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { Random } from '../../../base/random/index.ts'
import {
  SNAPSHOT_CHUNK_BYTES_MAX,
  SNAPSHOT_CHUNKS_AHEAD,
  SNAPSHOT_RETRIES_MAX,
  SNAPSHOT_RETRY_TICKS,
  SNAPSHOTS_AT_ONCE_MAX,
} from './limits.ts'
import type { InstallSnapshot } from './messages.ts'
import type { SnapshotChunk, SnapshotWanted } from './wire.ts'

interface Transfer {
  readonly id: number
  install: InstallSnapshot
  /** The receiver holds everything before it. */
  acknowledged: number
  /** Sent up to here, since it was acknowledged last. */
  sent: number
  started: boolean
  idleTicks: number
  /** Sent again in a row, without an answer. */
  retries: number
}

export class SnapshotSender {
  readonly #random: Random
  /**
   * In order of their beginning: the first few are sent, the others wait. One whose receiver does not
   * answer goes to the end, so that it holds no place of somebody who would.
   */
  #transfers = new Map<NodeId, Transfer>()
  #chunks: SnapshotChunk[] = []

  constructor(random: Random) {
    this.#random = random
  }

  /** The same snapshot goes on from where it was; another one begins. */
  send(install: InstallSnapshot): void {
    const transfer = this.#transfers.get(install.to)
    if (transfer?.install.snapshot === install.snapshot) {
      transfer.install = install
      transfer.sent = transfer.acknowledged
      transfer.started = false
    } else {
      this.#transfers.delete(install.to)
      this.#transfers.set(install.to, {
        id: this.#random.int(2 ** 32),
        install,
        acknowledged: 0,
        sent: 0,
        started: false,
        idleTicks: 0,
        retries: 0,
      })
    }
    this.#fill()
  }

  wanted({ from, transfer: id, offset }: SnapshotWanted): void {
    const transfer = this.#transfers.get(from)
    if (transfer?.id !== id || offset > transfer.install.snapshot.state.byteLength) return
    if (offset === transfer.acknowledged) return
    // Less than before: the receiver has begun a new life and lost what it had.
    const goesBack = offset < transfer.acknowledged
    transfer.acknowledged = offset
    transfer.sent = goesBack ? offset : Math.max(transfer.sent, offset)
    transfer.idleTicks = 0
    transfer.retries = 0
    this.#fill()
  }

  /** What the receiver holds of the one on its way to it, if one is. Bytes. */
  acknowledgedBy(node: NodeId): number | undefined {
    return this.#transfers.get(node)?.acknowledged
  }

  tick(): void {
    for (const transfer of this.#active()) {
      transfer.idleTicks++
      if (transfer.idleTicks < SNAPSHOT_RETRY_TICKS) continue
      transfer.idleTicks = 0
      transfer.sent = transfer.acknowledged
      transfer.started = false
      if (++transfer.retries < SNAPSHOT_RETRIES_MAX) continue
      transfer.retries = 0
      const { to } = transfer.install
      this.#transfers.delete(to)
      this.#transfers.set(to, transfer)
    }
    this.#fill()
  }

  /** Ends the transfers that nobody waits for any more, which makes room for others. */
  keepOnly(isAwaited: (node: NodeId, install: InstallSnapshot) => boolean): void {
    if (this.#transfers.size === 0) return
    for (const [node, { install }] of this.#transfers) {
      if (!isAwaited(node, install)) this.#transfers.delete(node)
    }
    this.#fill()
  }

  /** What is to be sent now. */
  take(): SnapshotChunk[] {
    const chunks = this.#chunks
    this.#chunks = []
    return chunks
  }

  #active(): Transfer[] {
    return [...this.#transfers.values()].slice(0, SNAPSHOTS_AT_ONCE_MAX)
  }

  #fill(): void {
    for (const transfer of this.#active()) {
      const sizeBytes = transfer.install.snapshot.state.byteLength
      const ahead = SNAPSHOT_CHUNKS_AHEAD * SNAPSHOT_CHUNK_BYTES_MAX
      // At least one, though it be empty: it brings the answer that says how to go on.
      while (
        !transfer.started ||
        (transfer.sent < sizeBytes && transfer.sent - transfer.acknowledged < ahead)
      ) {
        this.#chunks.push(chunkOf(transfer))
        transfer.started = true
        transfer.sent = Math.min(sizeBytes, transfer.sent + SNAPSHOT_CHUNK_BYTES_MAX)
      }
    }
  }
}

function chunkOf({ id, install, sent }: Transfer): SnapshotChunk {
  const { from, to, term, snapshot } = install
  return {
    kind: 'snapshotChunk',
    from,
    to,
    term,
    transfer: id,
    index: snapshot.index,
    logTerm: snapshot.term,
    configuration: snapshot.configuration,
    sizeBytes: snapshot.state.byteLength,
    offset: sent,
    data: snapshot.state.subarray(sent, sent + SNAPSHOT_CHUNK_BYTES_MAX),
  }
}
