/** The shell of assigning: looks whenever something changed and this node is the one to decide. */
import { looking } from '../../base/clock/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { isRegisteredIn } from '../desired/index.ts'
import type { PlacementNode } from '../placement/index.ts'
import { createPlanTimer, type ViewChange } from '../reconcile/index.ts'
import { type AssignmentChange, assignmentChanges } from './changes.ts'
import type { Assigner, AssignerDeps } from './index.ts'
import { createJobKeeper } from './jobs.ts'
import { GATHER_MS, LOOK_LOAD_MS, LOOK_MS, LOOK_SELDOM_MS, NEWCOMER_WAIT_MS } from './limits.ts'
import { createProposals } from './proposals.ts'
import { createSteering } from './steering.ts'

export function createAssigner(deps: AssignerDeps): Assigner {
  const { self, primary, view, readiness, clock } = deps
  const logger = deps.logger.child('assigning')
  const timer = createPlanTimer(clock, assign)
  const within = (delayMs: number): void => timer.within(delayMs)
  const proposals = createProposals({ primary, clock, logger, within })
  const jobs = createJobKeeper({ view, primary, clock, proposals, within })
  const steering = createSteering({ ...deps, proposals, within })
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
    return isRegisteredIn(primary.view(), node)
  }

  function assign(): void {
    if (primary.view()?.voters.includes(self)) jobs.tick()
    if (!decides()) {
      steering.forget()
      jobs.forget()
      return
    }
    if (!readiness.isReady()) {
      timer.within(LOOK_MS)
      return
    }
    const input = view.placementInput()
    const settled = readiness.isSettled()
    const waiting = awaitsNewcomers(input.nodes)
    if (!settled || waiting) timer.within(LOOK_MS)
    steering.look(input.nodes)
    const changes = assignmentChanges(input, { isRegistered, settled, newcomers: waiting })
    for (const change of changes) {
      const isHeld = primary.view()?.workload(change.workload)?.generation === change.generation
      if (isHeld) propose(change)
    }
    if (settled) jobs.look(input.nodes)
    else jobs.see(input.nodes)
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

  function propose({ workload, generation, assign: slots, release }: AssignmentChange): void {
    const body = { workload, generation, assign: slots, release }
    proposals.propose(workload, { kind: 'workload.assign', body })
  }

  function onChange(change: ViewChange): void {
    if (change.of === 'liveness') readiness.livenessChanged()
    const isWord = ['workload', 'assignments', 'jobs'].includes(change.of)
    timer.within(isWord ? 0 : GATHER_MS)
  }

  /** A new leader goes on from what is committed. */
  function look(): undefined {
    const decidesNow = decides()
    if (decidesNow && !decided) timer.within(0)
    if (!decidesNow && decided) proposals.forget()
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
      stopWatching = [
        view.subscribe(onChange),
        deps.loads.subscribe(() => timer.within(steering.isWoken() ? 0 : LOOK_LOAD_MS)),
        primary.subscribe(lead.soon),
        lead.stop,
      ]
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
