/**
 * This node's own writes, and the copying of everything else to disk. One writer, in order: a record
 * is signed, then on disk, then in the map, then told to others. Writes that come while the disk is
 * busy share the next transaction.
 */
import { type Clock, sleep } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { NetworkId, Signer } from '../../identity/index.ts'
import type { CredentialShelf } from './credentials.ts'
import type { KeyRule, StateErrorCode, StateStore } from './index.ts'
import { isKey, nodeOfKey } from './keys.ts'
import {
  KEYS_PER_AUTHOR_MAX,
  NET_KEYS_MAX,
  SAVE_RETRY_MS,
  WRITE_BATCH_MAX,
  WRITES_WAITING_MAX,
} from './limits.ts'
import type { Position } from './position.ts'
import { type SignedRecord, signRecord } from './record.ts'
import { ruleOf, supersedes } from './rules.ts'
import type { StateMap } from './state-map.ts'
import { dirtyRows, incarnationRow, type Rows, recordRow } from './store-rows.ts'

export interface Writes {
  /** Resolves when the record is on disk and in the map; undefined for an end of nothing. */
  put(
    key: string,
    value: Plain | undefined,
    expectGeneration?: number,
  ): Promise<SignedRecord | undefined>
  /** Starts a new incarnation; durable when it resolves. */
  begin(incarnation: number): Promise<void>
  /** Copies what peers changed to disk, soon. */
  saveSoon(): void
  /** Waits until all of it is on disk or has failed. */
  drain(): Promise<void>
  readonly incarnation: number
}

export interface WritesDeps {
  self: NodeId
  network: NetworkId
  signer: Signer
  /** Hash of the credential to write under. */
  credential: () => string
  map: StateMap
  credentials: CredentialShelf
  rules: readonly KeyRule[]
  store: StateStore
  clock: Clock
  logger: Logger
  /** Called with what was just written, in order. */
  written: (records: readonly SignedRecord[]) => void
}

interface Request {
  key: string
  value: Plain | undefined
  expectGeneration: number | undefined
  resolve: (record: SignedRecord | undefined) => void
  reject: (error: unknown) => void
}

export function createWrites(deps: WritesDeps): Writes {
  const { self, map, credentials, store, logger } = deps
  const waiting: Request[] = []
  let unsaved: Rows = new Map()
  let incarnation = 0
  /** The last counter given out, whether or not its record came to anything. */
  let counter = 0
  /** Where this node's stream stands. */
  let said: Position = [0, 0]
  let pumping: Promise<void> | undefined

  /** The record, or undefined when there is nothing to end. Throws a StateErrorCode. */
  function draft(request: Request, batch: Map<string, SignedRecord>): SignedRecord | undefined {
    const { key, value } = request
    const held = batch.get(key) ?? map.get(key)
    if (value === undefined && held?.value === undefined) return undefined
    requireWritable(request, held, batch)
    const author = credentials.get(deps.credential())?.member
    if (!author) throw refusal('FORBIDDEN', 'This node has no credential.')
    const rule = ruleOf(deps.rules, key)
    const isNet = nodeOfKey(key) === undefined
    const record = signRecord(
      {
        key,
        value,
        generation: !isNet ? 0 : rule?.order === 'permanent' ? 1 : (held?.generation ?? 0) + 1,
        claim: rule?.order === 'owned' ? (held?.claim ?? author.ownerId) : undefined,
        position: [incarnation, ++counter],
        previous: said,
        credential: deps.credential(),
      },
      author,
      deps.signer,
      deps.network,
    )
    const judgement = map.judge(record)
    if (judgement === 'CONFLICT') throw refusal('CONFLICT', 'The name is another owner’s.')
    if (judgement !== 'ok') throw refusal('FORBIDDEN', `This node may not write ${key}.`)
    const { isFounder } = map.evidence
    if (rule && held && !supersedes(record, held, rule.order, ({ owner }) => isFounder(owner))) {
      throw refusal('CONFLICT', 'What is written there stands above this.')
    }
    said = record.position
    return record
  }

  function requireWritable(
    { key, expectGeneration }: Request,
    held: SignedRecord | undefined,
    batch: Map<string, SignedRecord>,
  ): void {
    const node = nodeOfKey(key)
    if (!isKey(key) || (node !== undefined && node !== self)) {
      throw refusal('FORBIDDEN', `This node may not write ${key}.`)
    }
    if (expectGeneration !== undefined && (held?.generation ?? 0) !== expectGeneration) {
      throw refusal('CONFLICT', 'The key has moved on to another generation.')
    }
    if (held && ruleOf(deps.rules, key)?.order === 'permanent') {
      const owner = credentials.get(deps.credential())?.member.ownerId
      const { isFounder } = map.evidence
      const stands = isFounder(held.owner) || owner === undefined || !isFounder(owner)
      if (stands) throw refusal('CONFLICT', 'What is written there is permanent.')
    }
    if (held?.author === self) return
    const own = (map.streams.get(self)?.live.size ?? 0) + batch.size
    const full = !held && node === undefined && map.netKeys + batch.size >= NET_KEYS_MAX
    if (own >= KEYS_PER_AUTHOR_MAX || full) {
      throw refusal('LIMIT_REACHED', 'The number of keys is at its limit.')
    }
  }

  async function pump(): Promise<void> {
    for (;;) {
      const before = said
      const requests = waiting.splice(0, WRITE_BATCH_MAX)
      const batch = new Map<string, SignedRecord>()
      const drafted = draftAll(requests, batch)
      const rows = new Map([...unsaved, ...dirtyRows(map, credentials)])
      unsaved = new Map()
      for (const record of batch.values()) rows.set(...recordRow(record))
      if (rows.size === 0 && drafted.length === 0) return
      try {
        if (rows.size > 0) await store.write(rows)
      } catch (error) {
        // Counters given out are not used again: the disk may have kept what it said it did not.
        said = before
        for (const key of batch.keys()) rows.set(`record/${key}`, map.get(key)?.bytes)
        unsaved = rows
        for (const { request } of drafted) request.reject(error)
        if (!failing) logger.error('The shared state cannot be saved.', { error: messageOf(error) })
        failing = true
        if (drafted.length === 0) await sleep(deps.clock, SAVE_RETRY_MS)
        if (stopping) return
        continue
      }
      failing = false
      apply(drafted.flatMap(({ record }) => record ?? []))
      for (const { request, record } of drafted) request.resolve(record)
    }
  }

  function draftAll(requests: readonly Request[], batch: Map<string, SignedRecord>) {
    const drafted: { request: Request; record: SignedRecord | undefined }[] = []
    for (const request of requests) {
      try {
        const record = draft(request, batch)
        if (record) batch.set(record.key, record)
        drafted.push({ request, record })
      } catch (error) {
        request.reject(error)
      }
    }
    return drafted
  }

  function apply(records: readonly SignedRecord[]): void {
    if (records.length === 0) return
    map.offer(records)
    map.setMark(self, said)
    // What stands as it was written is on disk already. What lost to a peer's record, which came
    // while the disk was busy, is not what is to be there.
    const rows = dirtyRows(map, credentials)
    for (const record of records) {
      if (map.get(record.key) === record) rows.delete(`record/${record.key}`)
      else rows.set(`record/${record.key}`, map.get(record.key)?.bytes)
    }
    rows.delete(`mark/${self}`)
    for (const [name, bytes] of rows) unsaved.set(name, bytes)
    deps.written(records)
  }

  let stopping = false
  /** Said once, not every second until there is room again. */
  let failing = false
  function start(): void {
    pumping ??= pump().finally(() => {
      pumping = undefined
      if (waiting.length > 0 && !stopping) start()
    })
  }

  return {
    get incarnation() {
      return incarnation
    },
    put(key, value, expectGeneration) {
      if (waiting.length >= WRITES_WAITING_MAX) {
        return Promise.reject(refusal('LIMIT_REACHED', 'Too many writes wait for the disk.'))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ key, value, expectGeneration, resolve, reject })
        start()
      })
    },
    async begin(next) {
      await pumping
      await store.write(new Map([incarnationRow(next)]))
      incarnation = next
      counter = 0
      said = map.streams.get(self)?.head?.position ?? said
    },
    saveSoon: start,
    async drain() {
      stopping = true
      while (pumping) await pumping
    },
  }
}

function refusal(code: StateErrorCode, message: string): MyceliumError<StateErrorCode> {
  return new MyceliumError(code, message)
}
