/** What can be asked of the registry. Answers are as of the last entry applied; nothing waits. */
import type { NodeId } from '../../base/net/index.ts'
import { HOUR_MS } from '../../economy/reputation/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { Assignment } from './assignments.ts'
import { attemptsOf } from './attempts.ts'
import { type Author, authorOf, type KeyIds, registeredNode } from './authors.ts'
import type { CordonRow } from './cordon-table.ts'
import type { Watched } from './history.ts'
import { keyAnswer } from './kv.ts'
import type { Lease } from './lease-table.ts'
import { ELECTORS_MAX, MOTIONS_KEPT_MAX, NODES_MAX, TICK_MS } from './limits.ts'
import type { Lock } from './lock-table.ts'
import { type Motion, motionKey, type Vote } from './motion-table.ts'
import {
  expectedEndMs,
  isElector,
  numberOf,
  ownerIn,
  type TimeToTell,
  timesToTell,
} from './motions.ts'
import { whyNotEnter } from './namespaces.ts'
import { pastOf } from './past-workloads.ts'
import type { RefusalCode } from './refusals.ts'
import type { Observed } from './reputation-table.ts'
import { isReputationHeld, observationsOf, reputationOf } from './reputations.ts'
import type {
  DesiredSpec,
  Member,
  PastSpec,
  RegisteredNode,
  Removed,
  Secret,
  Setting,
} from './rows.ts'
import type { AttemptRow, RunRow } from './run-table.ts'
import { runsOf } from './runs.ts'
import { seatOf, seatsIn } from './seat-rules.ts'
import type { Seat } from './seat-table.ts'
import type { State } from './state.ts'
import type { CanaryRow, ScaledRow } from './steering-table.ts'
import type { Table } from './table.ts'

export interface Page {
  /** Only what comes after this key. */
  after?: string
  limit: number
}

export type Rows<Row> = [key: string, row: Row][]

/** Tables of which readers ask whether they changed. */
export type MarkedTable =
  | 'workloads'
  | 'names'
  | 'assignments'
  | 'runs'
  | 'attempts'
  | 'scaled'
  | 'canaries'
  | 'nodes'
  | 'members'
  | 'removed'
  | 'cordons'
  | 'secrets'
  | 'settings'
  | 'motions'
  | 'votes'

export interface RegistryView {
  /** The log's time, since the Unix epoch. */
  readonly timeMs: number
  /** What the ends of leases are measured by. */
  readonly uptimeMs: number
  /** The rules in force. */
  readonly version: number
  readonly voters: readonly NodeId[]
  /** Whether this voter should propose a `tick`: leases are running, or reputations are held, and the log's time is not. */
  isTickDue(node: NodeId, nowMs: number): boolean

  /** Who stands behind a key, or why nobody does. */
  author(ids: KeyIds): Author | RefusalCode
  member(owner: OwnerId): Member | undefined
  members(page: Page): Rows<Member>
  removed(owner: OwnerId): Removed | undefined
  removals(page: Page): Rows<Removed>
  /** As if it had never been here of one that left, until it is back. */
  node(node: NodeId): RegisteredNode | undefined
  nodes(page: Page): Rows<RegisteredNode>
  /** What its owner or an admin last said of its work. */
  cordon(node: NodeId): CordonRow | undefined
  /** As many as there are nodes, at most. */
  cordons(): Rows<CordonRow>
  /** The newest version of the rules that the node has said it knows. */
  supports(node: NodeId): number

  /** Whose a name is: a workload's, and a namespace's. */
  ownerOf(name: string): OwnerId | undefined
  /** Of the last workload under a name, ended ones included; 0 where there was none. */
  generationOf(name: string): number
  workload(name: string): DesiredSpec | undefined
  workloads(page: Page): Rows<DesiredSpec>
  /** What it was before, the oldest first; of an ended workload too, while its name is held. */
  past(name: string): PastSpec[]
  /** By `<workload>/<index>`. */
  assignments(prefix: string, page: Page): Rows<Assignment>
  /** Of a job, the oldest first. */
  runs(workload: string): [run: number, row: RunRow][]
  /** At slots of a job, by their index: the latest at each. */
  attempts(workload: string): [index: number, row: AttemptRow][]
  /** What was decided last of how many copies there are to be. */
  scaled(workload: string): ScaledRow | undefined
  /** How far a change has come that takes over by shares. */
  canary(workload: string): CanaryRow | undefined
  secret(name: string): Secret | undefined
  secrets(prefix: string, page: Page): Rows<Secret>
  /** Of the committee, in order; under Simplex alone. */
  seats(): readonly [node: NodeId, seat: Seat][]
  seat(node: NodeId): Seat
  /** A proposal to the members, by its number. */
  motion(proposal: number): Motion | undefined
  /** The oldest first. */
  motions(): [proposal: number, row: Motion][]
  /** When its present phase ends, as people may expect; undefined until a majority of the log's voters was heard. */
  motionEndMs(proposal: number): number | undefined
  /** What this voter should say of its time: bodies of `proposal.time`. */
  motionTimesToTell(node: NodeId, nowMs: number): readonly TimeToTell[]
  vote(proposal: number, owner: OwnerId): Vote | undefined
  votes(proposal: number): [owner: OwnerId, row: Vote][]
  /** Whether the owner was a member when it was made; known until it has ended. */
  mayVote(proposal: number, owner: OwnerId): boolean
  /** Of whomever nothing was said, where everybody begins. Parts per million, now by the log's time. */
  reputation(owner: OwnerId): number
  /** What others said of an owner within the last days, by their ids. */
  observations(owner: OwnerId): [observer: OwnerId, said: Observed][]
  setting(name: string): Setting | undefined
  settings(page: Page): Rows<Setting>
  /** Another object once anything in the table has changed, so that readers need not look again. */
  markOf(table: MarkedTable): object

  /** Of the store's latest change. */
  readonly revision: number
  get(key: string): KeyAnswer | undefined
  list(prefix: string, page: Page): KeyAnswer[]
  /** What changed under `prefix` from a revision on. Ask on from `next`: nothing is missed. */
  watch(prefix: string, from: number, limit: number): Watched
  /** Whether the author may read and write under a name. */
  mayEnter(author: Author, name: string): boolean
  lease(name: string): Lease | undefined
  lock(name: string): Lock | undefined
}

export type KeyAnswer = ReturnType<typeof keyAnswer>

export function createView(state: () => State): RegistryView {
  const paged =
    <Row>(table: (state: State) => Table<Row>) =>
    (page: Page) =>
      table(state()).page('', page)
  return {
    get timeMs() {
      return state().clock.timeMs
    },
    get uptimeMs() {
      return state().clock.uptimeMs
    },
    get version() {
      return state().version
    },
    get voters() {
      return state().clock.voters
    },
    isTickDue(node, nowMs) {
      const { leases, clock } = state()
      if (leases.table.size > 0) return clock.isTickDue(node, nowMs, TICK_MS)
      // Reputations drift by the hour, and so does the time in which something new may be said.
      return isReputationHeld(state()) && clock.isTickDue(node, nowMs, HOUR_MS)
    },
    author: (ids) => authorOf(state(), ids),
    member: (owner) => state().members.get(owner),
    members: paged((state) => state.members),
    removed: (owner) => state().removed.get(owner),
    removals: paged((state) => state.removed),
    node: (node) => registeredNode(state(), node),
    nodes: (page) => registeredNodes(state(), page),
    cordon: (node) => state().cordons.get(node),
    cordons: () => state().cordons.page('', { limit: NODES_MAX }),
    supports: (node) => state().supports.get(node)?.version ?? 1,
    ownerOf: (name) => state().names.table.get(name)?.owner,
    generationOf: (name) => state().names.table.get(name)?.generation ?? 0,
    workload: (name) => state().workloads.get(name),
    workloads: paged((state) => state.workloads),
    past: (name) => pastOf(state(), name),
    assignments: (prefix, page) => state().assignments.table.page(prefix, page),
    runs: (workload) => runsOf(state(), workload),
    attempts: (workload) => attemptsOf(state(), workload),
    scaled: (workload) => state().steering.scaled.get(workload),
    canary: (workload) => state().steering.canaries.get(workload),
    secret: (name) => state().secrets.get(name),
    secrets: (prefix, page) => state().secrets.page(prefix, page),
    seats: () => seatsIn(state()),
    seat: (node) => seatOf(state(), node),
    motion: (proposal) => state().motions.table.get(motionKey(proposal)),
    motions() {
      const rows = state().motions.table.page('', { limit: MOTIONS_KEPT_MAX })
      return rows.map(([key, row]) => [numberOf(key), row])
    },
    motionTimesToTell: (node, nowMs) => timesToTell(state(), node, nowMs),
    motionEndMs(proposal) {
      const row = state().motions.table.get(motionKey(proposal))
      return row && expectedEndMs(row, state().clock.voters)
    },
    vote: (proposal, owner) => state().motions.votes.get(`${motionKey(proposal)}/${owner}`),
    votes(proposal) {
      const rows = state().motions.votes.page(`${motionKey(proposal)}/`, { limit: ELECTORS_MAX })
      return rows.map(([key, row]) => [ownerIn(key), row])
    },
    mayVote: (proposal, owner) => isElector(state(), motionKey(proposal), owner),
    reputation: (owner) => reputationOf(state(), owner),
    observations: (owner) => observationsOf(state(), owner),
    setting: (name) => state().settings.get(name),
    settings: paged((state) => state.settings),
    markOf: (table) => state().markOf(table),
    get revision() {
      return state().keys.revision
    },
    get(key) {
      const item = state().keys.table.get(key)
      return item && keyAnswer(key, item)
    },
    list: (prefix, page) =>
      state()
        .keys.table.page(prefix, page)
        .map(([key, item]) => keyAnswer(key, item)),
    watch: (prefix, from, limit) => state().keys.since(prefix, from, limit),
    mayEnter: (author, name) => whyNotEnter(state(), author, name) === undefined,
    lease: (name) => state().leases.table.get(name),
    lock: (name) => state().locks.table.get(name),
  }
}

/** Pages are full while there is more, as readers expect. */
function registeredNodes(state: State, { after, limit }: Page): Rows<RegisteredNode> {
  const rows: Rows<RegisteredNode> = []
  for (let from = after; ; ) {
    const page = state.nodes.table.page('', { limit, ...(from !== undefined && { after: from }) })
    rows.push(...page.filter(([, { left }]) => !left))
    if (page.length < limit || rows.length >= limit) return rows.slice(0, limit)
    from = page.at(-1)?.[0]
  }
}
