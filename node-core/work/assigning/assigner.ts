/** The shell of assigning: looks whenever something changed and this node is the one to decide. */
import { looking } from '../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { PlacementNode } from '../placement/index.ts'
import { createPlanTimer, type ViewChange } from '../reconcile/index.ts'
import { type AssignmentChange, assignmentChanges } from './changes.ts'
import type { Assigner, AssignerDeps } from './index.ts'
import {
  AGAIN_MS,
  GATHER_MS,
  LOOK_MS,
  LOOK_SELDOM_MS,
  NEWCOMER_WAIT_MS,
  UNDERWAY_MAX,
} from './limits.ts'

export function createAssigner(deps: AssignerDeps): Assigner {
  const { self, primary, view, readiness, clock } = deps
  const logger = deps.logger.child('assigning')
  const timer = createPlanTimer(clock, assign)
  const underway = new Set<string>()
  /** What was proposed last for a workload, and when: the others may have yet to agree. */
  const proposed = new Map<string, { plan: string; atMs: number }>()
  /** Live nodes that have yet to register, and since when. */
  const newcomers = new Map<NodeId, number>()
  let stopWatching: (() => unknown)[] = []
  let decided = false

  /** One of the voters leads under Raft; under Simplex they must be of one mind. */
  function decides(): boolean {
    // Most nodes vote nowhere, and are told so by their copy alone.
    if (!primary.view()?.voters.includes(self)) return false
    const { role } = primary.status()
    return role === 'leader' || (deps.consensus === 'simplex' && role === 'voter')
  }

  function isRegistered(node: NodeId): boolean {
    const registry = primary.view()
    const registered = registry?.node(node)
    if (!registry || !registered || registered.removed) return false
    return typeof registry.author({ node, owner: registered.owner }) !== 'string'
  }

  function assign(): void {
    if (!decides()) return
    if (!readiness.isReady()) {
      timer.within(LOOK_MS)
      return
    }
    const input = view.placementInput()
    const settled = readiness.isSettled()
    const waiting = awaitsNewcomers(input.nodes)
    if (!settled || waiting) timer.within(LOOK_MS)
    const changes = assignmentChanges(input, { isRegistered, settled, newcomers: waiting })
    for (const change of changes) {
      const isHeld = primary.view()?.workload(change.workload)?.generation === change.generation
      if (isHeld && underway.size < UNDERWAY_MAX) propose(change)
    }
  }

  /** Whoever has just come registers within a moment; whoever does not is not waited for again. */
  function awaitsNewcomers(nodes: readonly PlacementNode[]): boolean {
    const nowMs = clock.monotonicMs()
    const unregistered = new Set(
      nodes.filter((one) => one.live && !one.draining && !isRegistered(one.id)).map(({ id }) => id),
    )
    for (const id of newcomers.keys()) if (!unregistered.has(id)) newcomers.delete(id)
    for (const id of unregistered) if (!newcomers.has(id)) newcomers.set(id, nowMs)
    return [...newcomers.values()].some((sinceMs) => nowMs - sinceMs < NEWCOMER_WAIT_MS)
  }

  function propose(change: AssignmentChange): void {
    const { workload } = change
    const plan = JSON.stringify(change)
    const before = proposed.get(workload)
    const nowMs = clock.monotonicMs()
    if (underway.has(workload)) return
    if (before?.plan === plan && nowMs - before.atMs < AGAIN_MS) {
      timer.within(before.atMs + AGAIN_MS - nowMs)
      return
    }
    underway.add(workload)
    proposed.set(workload, { plan, atMs: nowMs })
    void send(change).finally(() => {
      underway.delete(workload)
      timer.within(0)
    })
  }

  async function send({ workload, generation, assign: slots, release }: AssignmentChange) {
    try {
      const body = { workload, generation, assign: slots, release }
      await primary.execute({ kind: 'workload.assign', body })
      for (const [index, node] of slots) logger.debug('assigned', { workload, index, node })
    } catch (error) {
      if (!(error instanceof MyceliumError)) throw error
      // Ended or changed meanwhile, or no quorum: what is committed by then decides.
      logger.debug('An assignment was not committed', { workload, code: error.code })
    }
  }

  function onChange(change: ViewChange): void {
    if (change.of === 'liveness') readiness.livenessChanged()
    const isWord = change.of === 'workload' || change.of === 'assignments'
    timer.within(isWord ? 0 : GATHER_MS)
  }

  /** A new leader goes on from what is committed. */
  function look(): undefined {
    const decidesNow = decides()
    if (decidesNow && !decided) timer.within(0)
    if (!decidesNow && decided) proposed.clear()
    decided = decidesNow
  }

  return {
    async start() {
      if (stopWatching.length > 0) return
      readiness.start()
      timer.start()
      const gaps = { gapMs: LOOK_MS, seldomMs: LOOK_SELDOM_MS }
      const lead = looking(clock, gaps, look, (error) => {
        logger.error('A look at the lead failed', { error: messageOf(error) })
      })
      stopWatching = [view.subscribe(onChange), primary.subscribe(lead.soon), lead.stop]
      lead.soon()
      timer.within(0)
    },
    async stop() {
      timer.stop()
      const ends = stopWatching
      stopWatching = []
      for (const end of ends) await end()
    },
  }
}
