/** The shell of the shared state: wires the map to disk, mesh and listeners. */
import { every } from '../../base/clock/index.ts'
import { assert, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { permissionsOf } from './authority.ts'
import { createCredentialShelf } from './credentials.ts'
import { createIntake } from './driver-intake.ts'
import { createPushes } from './driver-pushes.ts'
import { createRounds } from './driver-rounds.ts'
import { createOwnStream, nextIncarnation } from './driver-stream.ts'
import { createWrites } from './driver-writes.ts'
import type {
  ReplicatedState,
  SharedStateDeps,
  SharedStateOptions,
  StateChange,
  StateErrorCode,
} from './index.ts'
import { DELTA_BYTES_MAX, GC_INTERVAL_MS, ROUND_MS, TOMBSTONE_TTL_MS } from './limits.ts'
import { drawLine } from './line.ts'
import type { SignedRecord } from './record.ts'
import { DEFAULT_RULES } from './rules.ts'
import { createStateMap } from './state-map.ts'
import { incarnationIn, restore } from './store-rows.ts'

export function createSharedState(
  deps: SharedStateDeps,
  options: SharedStateOptions = {},
): ReplicatedState {
  const { net, clock, random, store, network, verify } = deps
  const self = net.self
  const logger = deps.logger.child('state')
  const rules = options.rules ?? DEFAULT_RULES
  const credentials = createCredentialShelf(deps.verifyCredential)
  const map = createStateMap({ self, rules, founders: deps.founders, credentials })
  const intake = createIntake({ map, credentials, network, verify, clock })
  const listeners = new Set<{ prefix: string; listener: (change: StateChange) => void }>()
  const twinListeners = new Set<(runs: boolean) => void>()
  let own = ''
  let started: Promise<void> | undefined
  let running = false
  let stopCollecting = async (): Promise<void> => {}
  const credential = (): string => own

  const pushes = createPushes({
    ...{ net, map, credentials, credential, intake, clock, logger },
    absorbed,
    lacking: (peer) => rounds.hasten(peer),
  })
  const rounds = createRounds({
    ...{ net, map, credentials, intake, clock, random, logger, absorbed },
    passOn: (records) => pushes.tell(records),
    roundMs: options.roundMs ?? ROUND_MS,
    deltaBytesMax: options.deltaBytesMax ?? DELTA_BYTES_MAX,
  })
  const writes = createWrites({
    ...{ self, network, credential, map, credentials, rules, store, clock, logger },
    signer: deps.signer,
    written(records) {
      stream.said(records)
      announceChanges()
      pushes.tell(records)
      // In case the push gets lost.
      rounds.hasten()
    },
  })
  const stream = createOwnStream({
    ...{ self, map, writes, clock, random, logger },
    onTwin: (runs) => {
      for (const listener of twinListeners) listener(runs)
    },
  })

  function absorbed(records: readonly SignedRecord[]): void {
    if (announceChanges()) rounds.hasten()
    writes.saveSoon()
    stream.heard(records)
  }

  /** Returns whether there were any. */
  function announceChanges(): boolean {
    const changes = map.takeChanges()
    for (const change of changes) {
      for (const { prefix, listener } of [...listeners]) {
        if (!change.key.startsWith(prefix)) continue
        try {
          listener(change)
        } catch (error) {
          logger.error('A listener failed.', { key: change.key, error: messageOf(error) })
        }
      }
    }
    return changes.length > 0
  }

  function adopt(bytes: Uint8Array): void {
    const hash = credentials.add(bytes)
    const member = hash === undefined ? undefined : credentials.get(hash)?.member
    assert(hash !== undefined && member?.nodeId === self, 'The credential is not this node’s.')
    if (hash === own) return
    credentials.use(hash)
    if (own !== '') credentials.release(own)
    own = hash
    pushes.introduce()
  }

  async function start(): Promise<void> {
    const rows = await store.load()
    adopt(deps.credential)
    await restore(rows, map, credentials, intake.verifyAll, logger)
    // The content is on disk already, and nobody could listen yet.
    map.takeDirty()
    map.takeChanges()
    const last = Math.max(incarnationIn(rows), map.streams.get(self)?.head?.incarnation ?? 0)
    await writes.begin(nextIncarnation(last, random))
    pushes.start()
    rounds.start()
    stopCollecting = every(
      clock,
      options.gcIntervalMs ?? GC_INTERVAL_MS,
      () => stream.collect(clock.monotonicMs(), options.tombstoneTtlMs ?? TOMBSTONE_TTL_MS),
      (error) => logger.warn('Collecting tombstones failed.', { error: messageOf(error) }),
    )
    running = true
  }

  function requireRunning(): void {
    if (running) return
    throw new MyceliumError<StateErrorCode>('NOT_RUNNING', 'The shared state is not running.')
  }

  const find = (prefix: string, live: boolean): SignedRecord[] =>
    map.startingWith(prefix).filter(({ value }) => (value !== undefined) === live)

  const latestCredential = (author: NodeId) => {
    const hash = author === self ? own : map.streams.get(author)?.head?.credential
    return hash === undefined ? undefined : credentials.get(hash)
  }

  return {
    start: () => (started ??= start()),
    async stop() {
      if (!started) return
      await started.catch(() => {})
      running = false
      await stopCollecting()
      await rounds.stop()
      await stream.stop()
      await writes.drain()
      await pushes.stop()
    },
    get: (key) => map.get(key),
    list: (prefix) => find(prefix, true),
    tombstones: (prefix) => find(prefix, false),
    async put(key, value, { expectGeneration } = {}) {
      requireRunning()
      const record = await writes.put(key, value, expectGeneration)
      assert(record, 'A put makes a record.')
      return record
    },
    async delete(key) {
      requireRunning()
      await writes.put(key, undefined)
    },
    subscribe(prefix, listener) {
      const entry = { prefix, listener }
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
    async resync() {
      requireRunning()
      map.askAgain()
      await rounds.runWithSome()
    },
    hash: () => map.hash(),
    get synced() {
      if (rounds.ended) return true
      const others = [...map.streams.all()].some(({ author }) => author !== self)
      return running && !others && net.peers().length === 0
    },
    standing: (owner) =>
      drawLine(map.startingWith('net/').filter((record) => record.owner === owner)),
    credentialOf: (author) => latestCredential(author)?.bytes,
    memberOf(author) {
      const member = latestCredential(author)?.member
      return member && { ...member, permissions: permissionsOf(member, map.evidence) }
    },
    setCredential: adopt,
    goAbove: () => stream.goAbove(),
    onTwin(listener) {
      twinListeners.add(listener)
      return () => twinListeners.delete(listener)
    },
  }
}
