/** Runs the dial plan over the mesh, and feeds it from every source. */
import { every } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { pick, shuffle } from '../../base/random/index.ts'
import { nodeIdOf, parsePublicKey } from '../../identity/index.ts'
import { PEERS_DEFAULT } from '../mesh/index.ts'
import {
  type Candidate,
  createDialPlan,
  type DialFailure,
  type DialPlan,
  peerIdAtEnd,
  type Source,
} from './dial-plan.ts'
import { askForPeers, EXCHANGE_PROTOCOL, encodeExchange } from './exchange.ts'
import type { Discovery, DiscoveryDeps, DiscoveryOptions, DiscoveryTier } from './index.ts'
import {
  DISCOVERY_INTERVAL_MS,
  EXCHANGE_EAGER_PEERS,
  EXCHANGE_FIRST_MS,
  EXCHANGE_INTERVAL_MS,
  EXCHANGE_PEERS_MAX,
  PEERS_TARGET_DEFAULT,
  SEED_WRITE_FIRST_MS,
  SEED_WRITE_MS,
  WAKE_MS,
} from './limits.ts'
import { createPeerCache, type PeerCache } from './peer-cache.ts'
import { createSeedReader, type SeedReader } from './seed-reader.ts'

export function createDiscovery(deps: DiscoveryDeps, options: DiscoveryOptions = {}): Discovery {
  return new DiscoveryDriver(deps, options)
}

class DiscoveryDriver implements Discovery {
  readonly #deps: DiscoveryDeps
  readonly #options: DiscoveryOptions
  readonly #plan: DialPlan
  /** Members that only use the network. */
  readonly #passing = new Set<NodeId>()
  readonly #cache: PeerCache
  readonly #seeds: SeedReader
  /** Dials and questions under way. */
  readonly #work = new Set<Promise<void>>()
  #ending: AbortController | undefined
  #undo: (() => void | Promise<void>)[] = []
  #wake: { atMs: number; cancel(): void } | undefined
  #cancelExchange = (): void => {}
  #seedWritten = ''
  #isTurnedAway = false

  constructor(deps: DiscoveryDeps, options: DiscoveryOptions) {
    const { mesh, random, disk, clock, logger } = deps
    this.#deps = deps
    this.#options = options
    const peersMax = options.peersMax ?? PEERS_DEFAULT
    this.#plan = createDialPlan({
      self: mesh.self,
      selfPeerId: mesh.peerId,
      peersTarget: Math.min(options.peersTarget ?? PEERS_TARGET_DEFAULT, peersMax),
      peersMax,
      random,
      isPassing: (node) => this.#passing.has(node),
      isCrowded: () => deps.members.isCrowded?.() === true,
    })
    this.#cache = createPeerCache({ disk, clock, logger, peerIdOf: peerIdAtEnd })
    this.#seeds = createSeedReader({
      clock,
      logger,
      sources: () => deps.seeds(),
      open: (bytes) => deps.openSeed(bytes),
      hear: (addresses) => this.#hear('seed', addresses),
      isAlone: () => mesh.peers().length === 0,
    })
  }

  tier(): DiscoveryTier {
    const seeded = this.#plan.seeded()
    const isSeeded = this.#deps.mesh.peers().some((peer) => seeded.has(peer))
    return isSeeded || this.#seeds.hasFound() ? 'seed' : 'latent'
  }

  add(addresses: readonly string[]): void {
    this.#hear('bootstrap', addresses)
  }

  contacts(): string[] {
    const connected = this.#deps.mesh.connected().flatMap((peer) => peer.addresses)
    return [...new Set([...connected, ...this.#cache.list().flat()])]
  }

  hasLeads(): boolean {
    return !this.#plan.isEmpty()
  }

  isTurnedAway(): boolean {
    return this.#isTurnedAway && this.#deps.mesh.peers().length === 0
  }

  async start(): Promise<void> {
    if (this.#ending) return
    this.#ending = new AbortController()
    const { mesh, members } = this.#deps
    await this.#cache.start()
    for (const addresses of this.#cache.list()) this.#hear('cache', addresses)
    this.#hear('bootstrap', this.#options.bootstrap ?? [])
    this.#hearSpores()
    this.#hearMembers()
    this.#undo = [
      members.subscribe(() => this.#hearMembers()),
      this.#deps.spores.subscribe(() => this.#hearSpores()),
      mesh.onNearby((addresses) => this.#hear('nearby', addresses)),
      mesh.onPeer((peer, change) => (change === 'up' ? this.#up(peer) : this.#down(peer))),
      mesh.onRequest(EXCHANGE_PROTOCOL, (_, peer) => encodeExchange(this.#peersFor(peer))),
      this.#every(this.#options.discoveryIntervalMs ?? DISCOVERY_INTERVAL_MS, () => this.#look()),
      this.#every(SEED_WRITE_MS, () => this.#writeSeed()),
      this.#deps.clock.timer(SEED_WRITE_FIRST_MS, () => this.#run(() => this.#writeSeed())),
    ]
    for (const peer of mesh.peers()) this.#up(peer)
    this.#exchangeIn(EXCHANGE_FIRST_MS)
    this.#seeds.start()
    this.#look()
  }

  async stop(): Promise<void> {
    if (!this.#ending) return
    this.#ending.abort(new MyceliumError('NET_UNREACHABLE', 'Discovery has stopped.'))
    this.#wake?.cancel()
    this.#cancelExchange()
    for (const undo of this.#undo.splice(0)) await undo()
    await this.#seeds.stop()
    await Promise.all(this.#work)
    await this.#cache.stop()
    this.#ending = undefined
  }

  #hear(source: Source, addresses: readonly string[]): void {
    const isJudged = source === 'cache' || source === 'nearby' || source === 'exchange'
    for (const [place, heard] of this.#inPlaces(isJudged, addresses)) {
      this.#plan.hear(source, heard, this.#nowMs(), place)
    }
    this.#lookAt(this.#nowMs() + WAKE_MS)
  }

  /** What peers say is held against the higher tiers: some of it is tried last, some not at all. */
  #inPlaces(isJudged: boolean, addresses: readonly string[]) {
    const verdictOn = (address: string) => {
      const key = parsePublicKey(peerIdAtEnd(address) ?? '')
      if (!isJudged || !key) return 'accept'
      const claim = { node: nodeIdOf(key), key, addresses: [address] }
      return this.#deps.spores.judge(claim).verdict
    }
    const judged = addresses.map((address) => ({ address, verdict: verdictOn(address) }))
    const those = (wanted: string) =>
      judged.filter(({ verdict }) => verdict === wanted).map(({ address }) => address)
    return [
      ['first', those('accept')],
      ['last', those('behind')],
    ] as const
  }

  /** The newest document: where its nodes are, and who is to be dialled no more. */
  #hearSpores(): void {
    const { spores } = this.#deps
    this.#plan.review(({ node }) => !node || spores.judge({ node }).verdict !== 'reject')
    this.#hear('spore', spores.addresses())
  }

  #hearMembers(): void {
    const { mesh, members } = this.#deps
    for (const { id, addresses, isPassing = false, ...said } of members.list()) {
      if (id === mesh.self) continue
      if (isPassing) this.#passing.add(id)
      else this.#passing.delete(id)
      const [first] = addresses
      const publicKey = first === undefined ? undefined : parsePublicKey(peerIdAtEnd(first) ?? '')
      // Members say where they are; nobody can say it of another.
      if (!publicKey || nodeIdOf(publicKey) !== id) continue
      const claim = { ...said, node: id, key: publicKey, addresses }
      if (this.#deps.spores.judge(claim).verdict === 'reject') continue
      mesh.learn(id, publicKey, addresses)
      this.#plan.hear('member', addresses, this.#nowMs())
    }
    this.#lookAt(this.#nowMs() + WAKE_MS)
  }

  #up(peer: NodeId): void {
    const { mesh } = this.#deps
    this.#remember()
    if (mesh.peers().length <= EXCHANGE_EAGER_PEERS) this.#run(() => this.#askForPeers(peer))
    this.#lookAt(this.#nowMs() + WAKE_MS)
  }

  #down(peer: NodeId): void {
    this.#plan.lost(peer, this.#nowMs())
    this.#lookAt(this.#nowMs())
  }

  #remember(): void {
    for (const peer of this.#deps.mesh.connected()) {
      this.#cache.remember(peer.peerId, peer.addresses)
      this.#plan.hear('cache', peer.addresses, this.#nowMs())
    }
  }

  /** Asks the plan, dials what it says, and sleeps until it may say more. */
  #look(): void {
    if (!this.#ending || this.#ending.signal.aborted) return
    this.#remember()
    const peers = this.#deps.mesh.peers()
    for (const candidate of this.#plan.next(peers, this.#nowMs())) {
      this.#run(() => this.#dial(candidate))
    }
    const nextAtMs = this.#plan.nextAtMs(peers)
    if (nextAtMs !== undefined) this.#lookAt(nextAtMs)
  }

  #lookAt(atMs: number): void {
    if (!this.#ending || this.#ending.signal.aborted) return
    if (this.#wake && this.#wake.atMs <= atMs) return
    this.#wake?.cancel()
    const cancel = this.#deps.clock.timer(Math.max(WAKE_MS, atMs - this.#nowMs()), () => {
      this.#wake = undefined
      this.#look()
    })
    this.#wake = { atMs, cancel }
  }

  async #dial({ key, addresses }: Candidate): Promise<void> {
    const { mesh, logger } = this.#deps
    try {
      this.#plan.reached(key, await mesh.connect(addresses, this.#signal()))
      this.#isTurnedAway = false
    } catch (error) {
      this.#plan.failed(key, failureOf(error), this.#nowMs())
      const code = error instanceof MyceliumError ? error.code : undefined
      // By the peer's word, and not because the peer itself was removed.
      if (code === 'MEMBER_REMOVED') this.#isTurnedAway = isSaidByPeer(error)
      // Silence is ordinary; a node that answers and will not have us is something to know of.
      const level = code === undefined || code.startsWith('NET_') ? 'debug' : 'info'
      logger[level]('A dial failed.', { key, code, reason: messageOf(error) })
    } finally {
      this.#lookAt(this.#nowMs() + WAKE_MS)
    }
  }

  /** Often at first, when a network may just be forming, then at the interval. */
  #exchangeIn(delayMs: number): void {
    const { clock, random, mesh } = this.#deps
    const intervalMs = this.#options.exchangeIntervalMs ?? EXCHANGE_INTERVAL_MS
    this.#cancelExchange = clock.timer(Math.min(delayMs, intervalMs), () => {
      const peer = pick(random, mesh.peers())
      if (peer !== undefined) this.#run(() => this.#askForPeers(peer))
      this.#exchangeIn(Math.min(delayMs * 2, intervalMs))
    })
  }

  async #askForPeers(peer: NodeId): Promise<void> {
    const { mesh, logger } = this.#deps
    try {
      const told = await askForPeers(mesh, peer, this.#signal().signal)
      for (const addresses of told) this.#hear('exchange', addresses)
    } catch (error) {
      logger.debug('A peer did not say whom it knows.', { peer, reason: messageOf(error) })
    }
  }

  /** Whom we tell a peer of: the connected, then those we knew, without the asker. */
  #peersFor(asker: NodeId): string[][] {
    const { mesh, random } = this.#deps
    const connected = mesh.connected().filter((peer) => peer.id !== asker)
    const ids = new Set(mesh.connected().map((peer) => peer.peerId))
    const known = this.#cache.list().filter(([first]) => !ids.has(peerIdAtEnd(first ?? '') ?? ''))
    const told = shuffle(random, connected).map((peer) => [...peer.addresses])
    return [...told, ...known.map((addresses) => [...addresses])].slice(0, EXCHANGE_PEERS_MAX)
  }

  async #writeSeed(): Promise<void> {
    const ways = [...this.#deps.mesh.addresses(), ...this.contacts()].join()
    if (ways === this.#seedWritten) return
    try {
      await this.#deps.writeSeed()
      this.#seedWritten = ways
    } catch (error) {
      this.#deps.logger.warn('The seed document cannot be written.', { reason: messageOf(error) })
    }
  }

  #every(periodMs: number, fn: () => void | Promise<void>): () => Promise<void> {
    return every(this.#deps.clock, periodMs, fn, (error) => {
      this.#deps.logger.error('Discovery failed.', { reason: messageOf(error) })
    })
  }

  #run(work: () => Promise<void>): void {
    if (!this.#ending || this.#ending.signal.aborted) return
    const running = work().finally(() => this.#work.delete(running))
    this.#work.add(running)
  }

  #signal(): { signal: AbortSignal } {
    return { signal: this.#ending?.signal ?? AbortSignal.abort() }
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs()
  }
}

/** Another network, or a certificate that does not hold, is not mended by dialling again soon. */
function failureOf(error: unknown): DialFailure {
  if (!(error instanceof MyceliumError)) return 'unreachable'
  if (error.code === 'ADDRESS_INVALID') return 'invalid'
  return error.code.startsWith('NET_') || error.code === 'MESH_STOPPED' ? 'unreachable' : 'refused'
}

function isSaidByPeer(error: unknown): boolean {
  return error instanceof MyceliumError && error.details?.byPeer === true
}
