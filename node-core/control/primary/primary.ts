/** The parts of the Primary, put together: a copy where this node holds one, and an envoy. */
import type { Plain } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { ownerIdOf, parseNodeCertificate } from '../../identity/index.ts'
import { faultyVotersMax } from '../consensus/simplex/index.ts'
import { createBatchReader, RELEASE } from '../registry/index.ts'
import { createAnswering } from './answering.ts'
import { createAsking } from './asking.ts'
import { type Author, createAuthor } from './author.ts'
import { createCatchingUp } from './catching-up.ts'
import { createChanging } from './changing.ts'
import { type Committee, isNamed } from './committee.ts'
import { createCommitteeBoard } from './committee-board.ts'
import { oversized } from './copy-trouble.ts'
import { createFirstCommittee, isSimplex } from './engine.ts'
import { createEnvoy } from './envoy.ts'
import { createEraBook } from './era-book.ts'
import { failure, noQuorum } from './failures.ts'
import { successorSeen } from './filling.ts'
import { giveUpKept } from './followed-late.ts'
import { createFollower, type Follower, mayFollow } from './follower.ts'
import { createFollowerTurns } from './follower-turns.ts'
import { createHousekeeping } from './housekeeping.ts'
import { createInReach } from './in-reach.ts'
import type { Primary, PrimaryDeps, PrimaryOptions, PrimaryStatus } from './index.ts'
import { createIsolation } from './isolation.ts'
import { createLateBook } from './late-book.ts'
import { createLineage } from './lineage.ts'
import type { LogName } from './log-name.ts'
import { openMemberDoor } from './member-door.ts'
import { parseOutcomes, type Question } from './messages.ts'
import { createPoll } from './poll.ts'
import { setAsidePosition } from './positions.ts'
import { createReader } from './reading.ts'
import { createRecovery, type FollowedPlace } from './recovery.ts'
import { createRegistering } from './registering.ts'
import { createReplicaKeeper } from './replica-keeper.ts'
import { type Copy, createShowing } from './showing.ts'
import { nextIncarnation } from './standing.ts'
import { createTimeLimit } from './time-limit.ts'

/** Before it starts. */
const NO_COUNTS = { commands: 0, failures: 0, batches: 0, seconds: 0, waiting: 0 }

export function createPrimary(deps: PrimaryDeps, options: PrimaryOptions = {}): Primary {
  const { network, net, state, clock } = deps
  const logger = deps.logger.child('primary')
  const { self } = net
  const founders = new Set(network.genesis.founders.map(ownerIdOf))
  const stopping = new AbortController()
  let author: Author | undefined
  let closeDoor = (): void => {}
  let unwatchPeers = (): void => {}
  let started = false
  /** Whose copy the node may go on from. */
  let taken: Follower | undefined
  /** Whether this node holds a log of its own is known. */
  let hasLooked = false
  const listeners = new Set<() => void>()
  const turns = createFollowerTurns({ clock, logger })
  const { version: newest } = options.release ?? RELEASE
  const batches = createBatchReader(network, options)
  const isCrowded = (): boolean => deps.isCrowded?.() === true
  const isAdmins = (node: NodeId): boolean => deps.permissionsOf(node)?.has('admin') === true

  const late = createLateBook({ disk: deps.disk, logger })
  const eras = createEraBook({
    ...{ self, network, state, disk: deps.disk, clock, logger },
    isRemoved: (owner) => deps.owners().some((one) => one.owner === owner && one.removed),
  })
  const keeper = createReplicaKeeper({
    ...{ network, net, batches, disk: deps.disk, clock, random: deps.random, logger },
    ...{ eras, late, options },
    signer: deps.signer,
    isCrowded,
    ...{ nodes: deps.nodes, isAdmins, execute: (command) => execute(command) },
    board: () => board,
    followed: {
      take() {
        taken = follower
        return taken.take()
      },
      release: async () => taken?.release(),
    },
    changed,
    applied() {
      follower.logMoved()
      tellListeners()
    },
  })
  const board = createCommitteeBoard({
    ...{ self, state, clock, logger },
    isAdmins,
    stands: (node) => deps.permissionsOf(node) !== undefined,
    own: () => keeper.current()?.status(),
    log: eras.log,
    named: eras.named,
    proven: isSimplex(network) ? () => lineage.committee() : undefined,
  })
  const firstKnown = createFirstCommittee(network, eras.ending)
  const first = () => (eras.isKnown() ? firstKnown() : undefined)
  const lineage = createLineage({
    ...{ network, net, clock, logger, disk: deps.disk, changed, first, verify: options.verify },
    tellings: () => board.tellings(),
    ownLinks: (from) => keeper.current()?.links(from) ?? [],
  })
  const asked = { net, committee: () => board.current() }
  const inReach = createInReach({ ...asked, isSimplex: isSimplex(network) })
  const envoy = isSimplex(network)
    ? createPoll({ ...asked, network, verify: options.verify })
    : createEnvoy(asked)
  let follower = followerOf(eras.log())
  const askAnybody = createAsking({
    ...{ keeper, envoy, clock, follower: () => follower },
    mayLie: isSimplex(network),
  })
  const housekeeping = createHousekeeping({
    ...{ self, state, clock, logger },
    replica: () => keeper.current(),
    ...{ newest, nodes: deps.nodes, execute: (command) => execute(command) },
    owners: () => deps.owners(),
    knownOwners: () => reader.owners(),
    hasCommittee: () => board.current() !== undefined,
    // Under Simplex their seats bring them back.
    rejoining: () => (isSimplex(network) ? [] : eras.rejoining()),
    isFounder: (owner) => founders.has(owner),
    permissions: () => deps.permissionsOf(self),
  })
  const showing = createShowing({
    copy: copyNow,
    mayCome: () => mayFollow(deps.permissionsOf(self)),
  })
  const registering = createRegistering({
    ...{ self, clock, view: showing.view },
    owner: () => ownerIdOf(parseNodeCertificate(network.id, deps.certificate()).owner),
    hasCommittee: () => board.current() !== undefined,
    isCrowded,
    register: async () => (await author?.register()) === true,
    execute: async (command) => (await execute(command).catch(() => undefined)) !== undefined,
    permissions: () => deps.permissionsOf(self),
    ...{ newest, role: deps.role },
  })
  const isolation = createIsolation({ clock, isAlone: inReach.isAlone })
  const isCaughtUp = createCatchingUp({
    ...{ replica: () => keeper.current(), follower: () => follower },
    told: () => board.told()?.applied ?? 0,
  })
  const reader = createReader({ clock, ask })
  const answering = createAnswering({
    ...{ clock, hasQuorum: inReach.hasQuorum, read: () => reader.keys('', { limit: 0 }) },
    // Whoever feeds a copy here hears the committee.
    doubts: () =>
      (keeper.trouble() !== undefined || follower.status().parent === undefined) &&
      mayFollow(deps.permissionsOf(self)),
    changed: tellListeners,
  })
  const recovery = createRecovery({
    ...{ network, net, keeper, eras, late, clock, signer: deps.signer },
    ...{ followed, isInForce: () => answering.ask(), heights: () => follower.heights(net.peers()) },
    ...{ mandate: deps.mandate, claim: deps.claim },
  })

  function followerOf(log: LogName): Follower {
    return createFollower({
      ...{ network, net, batches, board, clock, logger, log, random: deps.random },
      ...{ isHub: deps.isHub, permissionsOf: deps.permissionsOf, signer: deps.signer },
      ...{ disk: deps.disk, isOpening: () => !hasLooked, isCrowded, options, late },
      replica: () => keeper.current(),
      applied: tellListeners,
      spoilt: () => showing.forget(),
    })
  }

  /** What was followed until now may hold what the log that counts does not. */
  function eraChanged(): void {
    // What an earlier life kept is seen to by `start`.
    if (!started) return
    const before = follower
    const ending = eras.ending()
    showing.forget()
    follower = followerOf(eras.log())
    turns.next(before, ending, follower)
    changed()
  }

  function changed(): void {
    if (isSimplex(network)) lineage.look()
    keeper.look()
    board.look()
    housekeeping.look()
    follower.look()
    isolation.look()
    tellListeners()
  }

  function tellListeners(): void {
    for (const listener of [...listeners]) listener()
  }

  /** Of the own copy, or of the committee where that knows no better. */
  async function ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<Plain> {
    if (!started) throw failure('NOT_RUNNING', 'The Primary is not running.')
    const limitMs = question.kind === 'query' ? isolation.patienceMs(timeoutMs) : timeoutMs
    const limit = createTimeLimit(clock, limitMs, noQuorum, signal, stopping.signal)
    try {
      return await askAnybody(question, limit.signal)
    } finally {
      limit.end()
    }
  }

  async function execute(...[command, options]: Parameters<Primary['execute']>): Promise<Plain> {
    if (!author) throw failure('NOT_RUNNING', 'The Primary is not running.')
    return author.execute(command, options?.signal)
  }

  function copyNow(): Copy | undefined {
    const replica = keeper.current()
    const followed = follower.copy()
    if (followed || !replica?.hasCome) return followed
    return {
      view: replica.view,
      get height() {
        return replica.applied
      },
    }
  }

  function status(): PrimaryStatus {
    const own = keeper.current()?.status()
    const committee = board.current()
    const followed = follower.status()
    const engine = own?.state === 'running' ? own.engine : undefined
    const role =
      !engine || !isNamed(engine.members, self)
        ? 'none'
        : engine.leader === self
          ? 'leader'
          : engine.members.voters.includes(self)
            ? 'voter'
            : 'learner'
    return {
      role,
      committee,
      inForce:
        role === 'none'
          ? answering.isInForce()
          : engine?.quorum === true && engine.leader !== undefined,
      height: showing.copy()?.height || own?.applied || followed.height || undefined,
      caughtUp: isCaughtUp(),
      era: eras.era(),
      ...(engine?.kind === 'simplex' && role !== 'none' && { view: engine.term }),
      ...promiseOf(role, committee),
      following: {
        parent: followed.parent,
        depth: followed.depth,
        children: followed.children.length,
      },
      trouble: keeper.trouble() ?? follower.trouble() ?? oversized(keeper.current()?.status()),
    }
  }

  function promiseOf(
    role: PrimaryStatus['role'],
    committee: Committee | undefined,
  ): Pick<PrimaryStatus, 'guarantee'> {
    if (!committee?.voters.length || !isSimplex(network)) return {}
    const bearsLiars = faultyVotersMax(committee.voters.length) > 0
    const outside = bearsLiars ? 'byzantine' : 'honest-only'
    return { guarantee: (role !== 'none' && keeper.current()?.guarantee()) || outside }
  }

  function successor(going: NodeId): NodeId | undefined {
    const copy = showing.view()
    const { nodes } = deps
    return (
      keeper.current()?.successor(going) ??
      (copy && successorSeen({ view: copy, nodes, isAdmins }, going))
    )
  }

  /** What this node follows, where it can be read. */
  function followed(): FollowedPlace | undefined {
    const copy = follower.copy()
    // The shared state may have told of a later committee than the copy came to.
    return copy && { last: copy.height, voters: board.told()?.voters ?? copy.view.voters }
  }

  const { owners: _, ...reading } = reader
  return {
    execute,
    async leave(options) {
      // Or it would see that it is not known, and be back before it has stopped.
      registering.stop()
      await execute({ kind: 'node.leave', body: {} }, options)
    },
    ...reading,
    change: createChanging({
      ...{ ask, execute, clock, stopping: stopping.signal },
      committee: () => board.current(),
      isInForce: () => status().inForce,
      hasSeats: isSimplex(network),
      successor,
    }),
    heights: ({ signal } = {}) => follower.heights(net.peers(), signal),
    status,
    recovery,
    counts() {
      const { engine, logBytes = 0 } = keeper.current()?.status() ?? {}
      const { committed = 0, progress = [] } = engine ?? {}
      const behind = progress.map(({ node, match }) => {
        return { node, entries: Math.max(0, committed - match) }
      })
      return { ...(author?.counts() ?? NO_COUNTS), logBytes, behind }
    },
    proof() {
      const from = first()?.epoch
      if (!isSimplex(network) || from === undefined) return undefined
      const certified = keeper.current()?.links(from)
      return certified && { root: eras.ending()?.bytes, certified }
    },
    view: showing.view,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      if (started) return
      const incarnation = await nextIncarnation(deps.disk, clock.wallMs(), deps.random, logger)
      await late.start()
      await eras.start(eraChanged)
      const kept = { network, log: eras.log(), late, clock, logger, disk: deps.disk }
      await giveUpKept(kept, eras.ending())
      follower = followerOf(eras.log())
      started = true
      author = createAuthor({
        ...{ batches, clock, signer: deps.signer, certificate: deps.certificate, incarnation },
        isKnown: registering.isKnown,
        patienceMs: isolation.patienceMs,
        isInForce: () => status().inForce,
        role: () => (deps.role() === 'hypha' ? 'hypha' : 'rhizomorph'),
        async deliver({ batch, commands }, signal) {
          const value = await askAnybody({ kind: 'submit', batch }, signal)
          const outcomes = parseOutcomes(value, commands)
          if (!outcomes) throw failure('NOT_RUNNING', 'The member answered what cannot be read.')
          return outcomes
        },
      })
      closeDoor = openMemberDoor({
        ...{ net, logger, permissionsOf: deps.permissionsOf },
        async answer(question) {
          const replica = keeper.current()
          if (replica) return replica.answer(question, stopping.signal)
          const aside = question.kind === 'position' ? await keeper.aside() : undefined
          if (aside) return setAsidePosition(eras.log(), aside)
          throw failure('NOT_RUNNING', 'This node holds no copy of the registry.')
        },
      })
      if (isSimplex(network)) await lineage.start()
      board.start(changed)
      // Whether a quorum is in reach goes by connections, where this node holds no log.
      isolation.look()
      unwatchPeers = net.onPeer((peer) => {
        isolation.look()
        if (board.current()?.voters.includes(peer)) tellListeners()
      })
      housekeeping.start()
      answering.start()
      registering.start()
      keeper.start()
      void Promise.resolve(keeper.settled()).then(() => {
        hasLooked = true
        follower.look()
      })
      await turns.first(follower)
    },
    async stop() {
      started = false
      stopping.abort(new MyceliumError('NOT_RUNNING', 'The node is stopping.'))
      author?.stop()
      closeDoor()
      unwatchPeers()
      housekeeping.stop()
      answering.stop()
      registering.stop()
      board.stop()
      eras.stop()
      await turns.stop()
      await follower.stop()
      await lineage.stop()
      await keeper.stop()
    },
  }
}
