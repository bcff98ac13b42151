/** The shell of membership: feeds the detector, probes for it, and publishes what this node says. */
import { every } from '../../base/clock/index.ts'
import { isCode, MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { StateChange, StateRecord } from '../../control/state/index.ts'
import { createCrowd } from './crowd.ts'
import { createDetector, type DetectorEffect, type DetectorInput } from './detector.ts'
import { createLinkPublisher } from './driver-links.ts'
import { createProber } from './driver-probes.ts'
import type {
  Asleep,
  Liveness,
  Member,
  Membership,
  MembershipDeps,
  MembershipOptions,
} from './index.ts'
import { LINKS_PERIOD_MS, REFUTE_PERIOD_MS, SLEPT_MS, TICK_MS } from './limits.ts'
import { parseAlive, profileFaults } from './members.ts'
import { createRoster, readKey } from './roster.ts'

const sleeps = (record: StateRecord | undefined): boolean =>
  parseAlive(record?.value)?.asleep !== undefined

export function createMembership(deps: MembershipDeps, options: MembershipOptions): Membership {
  const { state, net, clock, random } = deps
  const { self } = net
  const logger = deps.logger.child('membership')
  const detector = createDetector(self, random)
  const crowd = createCrowd(random)
  const since = new Map<NodeId, number>()
  const listed = new Set<NodeId>()
  const listeners = new Set<(member: Member, previous: Liveness | undefined) => void>()
  const underWay = new Set<Promise<unknown>>()
  const ending = new AbortController()
  let profile = options.profile
  let ownLiveness: Liveness = 'alive'
  let gone = false
  let beat = 0
  let asleep: Asleep | undefined
  let started: Promise<void> | undefined
  let stopParts: (() => unknown)[] = []

  const livenessOf = (id: NodeId): Liveness =>
    id === self ? ownLiveness : (detector.liveness(id) ?? 'suspect')
  const roster = createRoster(deps, (id) => ({
    liveness: livenessOf(id),
    sinceMs: since.get(id) ?? 0,
  }))
  const prober = createProber(net, clock, (id) => roster.life(id) !== undefined)
  const links = createLinkPublisher({
    now: () => deps.links?.() ?? measuredLinks(),
    write: (value) => write('links', value),
    clock,
  })

  function measuredLinks() {
    return net.peers().map((to) => {
      const latencyMs = prober.latencyMs(to)
      return { to, ...(latencyMs === undefined ? {} : { latencyMs }) }
    })
  }

  function feed(input: DetectorInput): void {
    for (const effect of detector.step(input)) run(effect)
  }

  function run(effect: DetectorEffect): void {
    switch (effect.kind) {
      case 'probe':
        keep(probe(effect.id, effect.helpers))
        return
      case 'liveness':
        since.set(effect.id, clock.monotonicMs())
        if (effect.liveness === 'alive') crowd.came(clock.monotonicMs())
        logger.info('A node’s liveness changed.', { node: effect.id, liveness: effect.liveness })
        tell(effect.id, effect.previous)
        return
      case 'publish':
        keep(write('doubts', { suspects: effect.suspects.map((doubt) => ({ ...doubt })) }))
        return
      case 'refute':
        beat = Math.max(beat, effect.above.beat) + 1
        keep(sayAlive())
        return
    }
  }

  async function probe(id: NodeId, helpers: readonly NodeId[]): Promise<void> {
    const outcome = await prober.probe(id, helpers, detector.selfDoubt, ending.signal)
    if (ending.signal.aborted) return
    const { reached, ...helped } = outcome
    const nowMs = clock.monotonicMs()
    feed(reached ? { kind: 'answered', id, nowMs } : { kind: 'silent', id, nowMs, ...helped })
  }

  /** A node whose owner was removed still runs and sees; it has nothing to say any more. */
  async function write(name: string, value: Parameters<typeof state.put>[1]): Promise<void> {
    try {
      await state.put(`node/${self}/${name}`, value)
    } catch (error) {
      if (!isCode(error, 'FORBIDDEN')) throw error
      logger.debug('This node may not write to the shared state.', { name })
    }
  }
  /** As the others read it: what this node meant to say does not count. */
  function refused(): string[] {
    const record = state.get(`node/${self}/profile`)
    return record ? profileFaults(record.value) : []
  }
  async function sayProfile(): Promise<void> {
    await write('profile', { ...profile, capacity: { ...profile.capacity } })
    const fields = refused()
    if (fields.length > 0)
      logger.warn('No node lists this one, for what it says of itself.', { fields })
  }
  const sayAlive = (): Promise<void> =>
    write('alive', {
      beat,
      ...(ownLiveness === 'left' ? { left: true } : {}),
      ...(gone ? { gone } : {}),
      ...(asleep ? { asleep: { ...asleep } } : {}),
    })

  /** Also where nothing changes in between: whoever slept says that it is back. */
  async function sayAsleep(word: Asleep | undefined): Promise<void> {
    if (asleep === word) return
    asleep = word
    logger.info(word ? 'This computer is about to sleep.' : 'This computer is awake.')
    await sayAlive()
  }

  /** Runs beside everything else; `stop` waits for it. */
  function keep(work: Promise<unknown>): void {
    const kept = work
      .catch((error: unknown) => {
        if (ending.signal.aborted && error instanceof MyceliumError) return
        logger.warn('Membership work failed.', { error: messageOf(error) })
      })
      .finally(() => underWay.delete(kept))
    underWay.add(kept)
  }

  function tell(id: NodeId, previous: Liveness | undefined): void {
    const member = roster.get(id)
    if (!member) {
      listed.delete(id)
      return
    }
    const known = listed.has(id)
    listed.add(id)
    for (const listener of [...listeners]) {
      try {
        listener(member, known ? previous : undefined)
      } catch (error) {
        logger.error('A listener failed.', { error: messageOf(error) })
      }
    }
  }

  function learn(id: NodeId, early: boolean): void {
    const said = roster.life(id)
    if (said) feed({ kind: 'known', id, ...said, early })
    else feed({ kind: 'forgotten', id })
  }

  function heed(change: StateChange): void {
    const key = readKey(change.key)
    switch (key?.kind) {
      case 'alive':
        if (key.node === self) isSaidOff = parseAlive(change.record.value)?.left === true
        learn(key.node, false)
        if (sleeps(change.previous) !== sleeps(change.record)) tell(key.node, livenessOf(key.node))
        return
      case 'profile':
        learn(key.node, false)
        tell(key.node, livenessOf(key.node))
        return
      case 'doubts':
        hear(key.node)
        return
      case 'removed':
        for (const { id, owner } of roster.nodes()) if (owner === key.owner) learn(id, false)
    }
  }

  /** By a copy of this home that stopped: its goodbye is a later word than all of this node’s. */
  let isSaidOff = false
  let nextRefuteMs = 0
  function refuteGoodbye(nowMs: number): void {
    if (!isSaidOff || ownLiveness !== 'alive' || nowMs < nextRefuteMs) return
    nextRefuteMs = nowMs + REFUTE_PERIOD_MS
    state.goAbove()
  }

  function hear(observer: NodeId): void {
    if (observer === self) return
    const suspects = roster.doubts(observer)
    feed({ kind: 'doubts', observer, suspects, nowMs: clock.monotonicMs() })
  }

  /**
   * The monotonic clock stands still while the machine sleeps, on most systems; what people call the
   * time does not. A wall clock that somebody set forward looks the same, and costs a little patience.
   */
  let wallAheadMs = clock.wallMs() - clock.monotonicMs()
  let tickedMs = clock.monotonicMs()
  function tick(): void {
    const aheadMs = clock.wallMs() - clock.monotonicMs()
    const slept = aheadMs - wallAheadMs > SLEPT_MS
    wallAheadMs = aheadMs
    const nowMs = clock.monotonicMs()
    if (slept || nowMs - tickedMs > SLEPT_MS) keep(sayAsleep(undefined))
    tickedMs = nowMs
    feed({ kind: 'tick', nowMs, connected: net.peers(), slept })
    refuteGoodbye(nowMs)
  }

  async function start(): Promise<void> {
    await sayProfile()
    await sayAlive()
    const onError = (error: unknown): void => {
      logger.warn('Membership work failed.', { error: messageOf(error) })
    }
    for (const { id } of roster.nodes()) learn(id, true)
    for (const { id } of roster.nodes()) {
      hear(id)
      if (roster.get(id)) listed.add(id)
    }
    stopParts = [
      state.subscribe('', heed),
      deps.cordons.subscribe((node) => tell(node, livenessOf(node))),
      prober.serve(),
      net.onPeer((id) => feed({ kind: 'look', id })),
      every(clock, TICK_MS, tick, onError),
      every(clock, LINKS_PERIOD_MS, links.publish, onError),
    ]
    for (const id of net.peers()) feed({ kind: 'look', id })
  }

  return {
    self,
    isCrowded: () => crowd.isComing(clock.monotonicMs()),
    get selfDoubt() {
      return detector.selfDoubt
    },
    start: () => (started ??= start()),
    async stop() {
      if (!started) return
      await started.catch(() => {})
      ending.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      for (const stopPart of stopParts.splice(0)) await stopPart()
      await Promise.all(underWay)
    },
    get: (id) => roster.get(id),
    list: () => roster.list(),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async announce(change) {
      const next = { ...profile, ...change }
      if (JSON.stringify(next) === JSON.stringify(profile)) return
      profile = next
      if (started) await sayProfile()
    },
    async sleep(word = {}) {
      await sayAsleep({ since: new Date(clock.wallMs()).toISOString(), ...word })
    },
    wake: () => sayAsleep(undefined),
    refused,
    async leave({ forGood } = { forGood: false }) {
      ownLiveness = 'left'
      gone ||= forGood
      await sayAlive()
      tell(self, 'alive')
    },
  }
}
