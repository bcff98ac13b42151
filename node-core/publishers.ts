/**
 * Whose bundles the network trusts besides its founders': settings of the registry, and in a network
 * without a Primary entries of the shared state, which an admin's node takes over once there is one
 * (docs/adr/0013).
 */
import { z } from 'zod'
import { looking, toTimestamp } from './base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from './base/errors/index.ts'
import { createKeptFile, type KeptFileDeps } from './base/kept-file/index.ts'
import type { Lifecycle } from './base/lifecycle/index.ts'
import type { Primary } from './control/primary/index.ts'
import type { ReplicatedState } from './control/state/index.ts'
import type { Permission } from './identity/index.ts'
import type { RuntimeDeps } from './runtime-deps.ts'

export interface Publishers extends Lifecycle {
  /** By public key in hex, sorted. */
  list(): { key: string; since: string }[]
  has(keyHex: string): boolean
  /** By an admin. Throws FORBIDDEN, NO_QUORUM. */
  trust(keyHex: string): Promise<void>
  untrust(keyHex: string): Promise<void>
  subscribe(listener: (change: PublisherChange) => void): () => void
}

export interface PublisherChange {
  key: string
  /** It is trusted no more. */
  gone: boolean
}

export interface PublishersDeps extends Pick<RuntimeDeps, 'clock' | 'logger'> {
  disk: KeptFileDeps['disk']
  primary: Pick<Primary, 'view' | 'execute' | 'subscribe'> & {
    status(): Pick<ReturnType<Primary['status']>, 'committee' | 'inForce' | 'role'>
  }
  state: Pick<ReplicatedState, 'get' | 'list' | 'put' | 'delete' | 'subscribe'>
  permissions(): ReadonlySet<Permission>
}

const STATE_PREFIX = 'net/publisher/'
const SETTING_PREFIX = 'publisher/'
/** More are not read. */
const PUBLISHERS_MAX = 1_000
/** Least time between two looks at what is to be taken over or kept. Milliseconds. */
const LOOK_MS = 2_000
/** Between two such looks while nothing changes. Milliseconds. */
const LOOK_SELDOM_MS = 30_000
/** Between the taking over of an entry and its tombstone, so that copies that lag know of the former. */
const RETIRE_MS = 10_000
const KEPT_BYTES_MAX = 262_144

const ENTRY = z.object({ since: z.string() })
const KEPT = z.array(z.tuple([z.string(), z.string()]))

export function createPublishers(deps: PublishersDeps): Publishers {
  const { primary, state, clock } = deps
  const logger = deps.logger.child('publishers')
  const file = createKeptFile(
    { disk: deps.disk, path: 'registry/publishers.cbor', logger },
    { bytesMax: KEPT_BYTES_MAX },
  )
  const takenOverMs = new Map<string, number>()
  let settings: { mark: object; byKey: Map<string, string> } | undefined
  /** Of an earlier life, until there is a copy of the registry. */
  let kept = new Map<string, string>()
  let written: object | undefined
  const listeners = new Set<(change: PublisherChange) => void>()
  let shown: ReadonlyMap<string, string> = new Map()
  let stops: (() => unknown)[] = []

  /** When each was trusted, by key. */
  function committed(): ReadonlyMap<string, string> {
    const view = primary.view()
    if (!view) return kept
    const mark = view.markOf('settings')
    if (settings?.mark !== mark) {
      const rows = view.settings({ after: SETTING_PREFIX, limit: PUBLISHERS_MAX })
      const byKey = new Map(
        rows.flatMap(([name, { value }]): [string, string][] => {
          const entry = name.startsWith(SETTING_PREFIX) && ENTRY.safeParse(value).data
          return entry ? [[name.slice(SETTING_PREFIX.length), entry.since]] : []
        }),
      )
      settings = { mark, byKey }
    }
    return settings.byKey
  }

  function recorded(): [key: string, since: string][] {
    return state.list(STATE_PREFIX).flatMap(({ key, value }): [string, string][] => {
      const entry = ENTRY.safeParse(value).data
      return entry ? [[key.slice(STATE_PREFIX.length), entry.since]] : []
    })
  }

  const hasPrimary = (): boolean =>
    primary.view() !== undefined || primary.status().committee !== undefined

  async function put(key: string, since: string): Promise<void> {
    const body = { name: SETTING_PREFIX + key, value: { since } }
    await primary.execute({ kind: 'setting.put', body })
  }

  /** Entries of before there was a registry. */
  async function takeOver(): Promise<void> {
    if (!primary.status().inForce || !primary.view() || !deps.permissions().has('admin')) return
    for (const [key, since] of recorded()) {
      const takenMs = takenOverMs.get(key)
      if (!committed().has(key)) await put(key, since)
      if (takenMs === undefined) takenOverMs.set(key, clock.monotonicMs())
      else if (clock.monotonicMs() - takenMs >= RETIRE_MS) await state.delete(STATE_PREFIX + key)
    }
  }

  /** A node that only follows holds its copy in memory. False where it is worth another try. */
  async function keep(): Promise<boolean> {
    const now = primary.view() && committed()
    if (!now || now === written || primary.status().role !== 'none') return true
    if (!(await file.write([...now]))) return false
    written = now
    return true
  }

  /** Cheap while no setting has changed. */
  function tell(): void {
    const now = committed()
    if (now === shown) return
    const before = shown
    shown = now
    for (const key of new Set([...before.keys(), ...now.keys()])) {
      if (before.get(key) === now.get(key)) continue
      for (const listener of [...listeners]) listener({ key, gone: !has(key) })
    }
  }

  function has(key: string): boolean {
    return committed().has(key) || state.get(STATE_PREFIX + key)?.value !== undefined
  }

  /** True while entries of before the registry are left, or what is kept could not be written. */
  async function look(): Promise<boolean> {
    const isKept = await keep()
    try {
      await takeOver()
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      logger.debug('A publisher was not taken over', { code: error.code })
    }
    return !isKept || recorded().length > 0
  }

  return {
    list: () =>
      [...new Map([...recorded(), ...committed()])]
        .map(([key, since]) => ({ key, since }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    has,
    async trust(key) {
      const since = toTimestamp(clock.wallMs())
      if (hasPrimary()) await put(key, since)
      else await state.put(STATE_PREFIX + key, { since })
    },
    async untrust(key) {
      // The entry first, or it could be taken over again.
      await state.delete(STATE_PREFIX + key)
      if (!hasPrimary()) return
      const body = { name: SETTING_PREFIX + key }
      await primary.execute({ kind: 'setting.delete', body }).catch((error: unknown) => {
        if (!isCode(error, 'NOT_FOUND')) throw error
      })
    },
    async start() {
      if (stops.length > 0) return
      kept = new Map(KEPT.safeParse(await file.read()).data)
      shown = committed()
      const gaps = { gapMs: LOOK_MS, seldomMs: LOOK_SELDOM_MS }
      const looks = looking(clock, gaps, look, (error) =>
        logger.error('A look at trusted publishers failed', { error: messageOf(error) }),
      )
      stops = [
        primary.subscribe(() => {
          tell()
          looks.soon()
        }),
        state.subscribe(STATE_PREFIX, ({ key: name }) => {
          const key = name.slice(STATE_PREFIX.length)
          if (committed().has(key)) return
          for (const listener of [...listeners]) listener({ key, gone: !has(key) })
        }),
        state.subscribe(STATE_PREFIX, looks.soon),
        looks.stop,
      ]
      looks.soon()
    },
    async stop() {
      const ends = stops
      stops = []
      for (const end of ends) await end()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
