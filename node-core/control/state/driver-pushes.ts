/** Fresh records, told to every member at once over gossip. What gets lost comes by anti-entropy. */
import type { Clock } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { Net, NodeId, Verdict } from '../../base/net/index.ts'
import type { CredentialShelf } from './credentials.ts'
import type { Intake } from './driver-intake.ts'
import { absorbPush } from './exchange.ts'
import { PUSH_BYTES_MAX, PUSH_GAP_MS, PUSH_RECORDS_MAX } from './limits.ts'
import { encodePush, parsePush } from './messages.ts'
import type { SignedRecord } from './record.ts'
import type { StateMap } from './state-map.ts'

export interface Pushes {
  start(): void
  stop(): Promise<void>
  /** This node's own, or another's with the credential they need. */
  tell(records: readonly SignedRecord[]): void
  /** Somebody may lack this node's credential: the next push carries it. */
  introduce(): void
}

export interface PushesDeps {
  net: Net
  map: StateMap
  credentials: CredentialShelf
  /** Hash of this node's own credential. */
  credential: () => string
  intake: Intake
  clock: Clock
  logger: Logger
  absorbed: (records: readonly SignedRecord[]) => void
  /** A push showed that something is missing, and who has it. */
  lacking: (peer: NodeId) => void
}

const TOPIC = 'state'
const REFUSED = { records: [], verdict: 'reject' } as const

export function createPushes(deps: PushesDeps): Pushes {
  const { net, map, credentials, intake, clock } = deps
  let queue: SignedRecord[] = []
  let lastMs = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined
  let introducing = true
  let running = false
  let releases: (() => void)[] = []
  const underWay = new Set<Promise<void>>()

  function flush(): void {
    cancel = undefined
    lastMs = clock.monotonicMs()
    const sent = queue
    queue = []
    const introduced = introducing ? [deps.credential()] : []
    introducing = false
    for (const records of inMessages(sent)) {
      const bytes = records.map((record) => record.bytes)
      const foreign = records.filter(({ author }) => author !== net.self)
      const needed = new Set([...introduced, ...foreign.map(({ credential }) => credential)])
      const shown = [...needed].flatMap((hash) => credentials.get(hash)?.bytes ?? [])
      const message = encodePush({ credentials: shown, records: bytes })
      const work = net
        .publish(TOPIC, message)
        .catch((error: unknown) => {
          deps.logger.debug('A push was not sent.', { error: messageOf(error) })
        })
        .finally(() => underWay.delete(work))
      underWay.add(work)
    }
  }

  function hear(bytes: Uint8Array, from: NodeId): Verdict {
    const push = parsePush(bytes)
    if (!push) return 'reject'
    const release = credentials.hold()
    const known = push.credentials.every((credential) => credentials.add(credential) !== undefined)
    const { records, verdict } = known ? intake.open(push.records) : REFUSED
    const { gap } = absorbPush(map, records)
    release()
    if (verdict === 'ignore' || gap) deps.lacking(from)
    if (records.length > 0) deps.absorbed(records)
    return verdict
  }

  return {
    start() {
      if (running) return
      running = true
      introducing = true
      releases = [
        net.subscribe(TOPIC, hear),
        net.onPeer((_, change) => {
          if (change === 'up') introducing = true
        }),
      ]
    },
    async stop() {
      if (cancel) {
        cancel()
        flush()
      }
      running = false
      for (const release of releases) release()
      releases = []
      await Promise.all(underWay)
    },
    tell(records) {
      if (!running) return
      queue.push(...records)
      if (cancel) return
      const waitMs = lastMs + PUSH_GAP_MS - clock.monotonicMs()
      if (waitMs <= 0) flush()
      else cancel = clock.timer(waitMs, flush)
    },
    introduce() {
      introducing = true
    },
  }
}

/** Records that fit together; one too large for any message waits for anti-entropy. */
function inMessages(records: readonly SignedRecord[]): SignedRecord[][] {
  const messages: SignedRecord[][] = []
  let message: SignedRecord[] = []
  let sizeBytes = 0
  for (const record of records) {
    const recordBytes = record.bytes.byteLength
    if (recordBytes > PUSH_BYTES_MAX) continue
    if (sizeBytes + recordBytes > PUSH_BYTES_MAX || message.length === PUSH_RECORDS_MAX) {
      messages.push(message)
      message = []
      sizeBytes = 0
    }
    message.push(record)
    sizeBytes += recordBytes
  }
  if (message.length > 0) messages.push(message)
  return messages
}
