/** Changes of the committee by hand. What a person chose is written down, and stays. */
import type { Clock } from '../../base/clock/index.ts'
import type { Plain } from '../../base/codec/index.ts'
import { isCode } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { type Committee, isNamed } from './committee.ts'
import { failure, noQuorum, notInForce } from './failures.ts'
import { choiceSetting } from './filling.ts'
import type { CommitteeChange, Primary } from './index.ts'
import { CHANGE_TIMEOUT_MS, LOOK_MS, TRY_MS, WRITE_TIMEOUT_MS } from './limits.ts'
import type { Question } from './messages.ts'
import { createTimeLimit, pause, type TimeLimit } from './time-limit.ts'

export interface ChangingDeps {
  ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<Plain>
  execute: Primary['execute']
  committee(): Committee | undefined
  isInForce(): boolean
  /** Whether votes are seats, which signed commands give (docs/adr/0012). */
  hasSeats: boolean
  /** Who would take the registry over from that node, as far as this one sees. */
  successor(going: NodeId): NodeId | undefined
  clock: Clock
  stopping: AbortSignal
}

export function createChanging(deps: ChangingDeps): Primary['change'] {
  async function ask(
    change: 'promote' | 'demote' | 'transfer',
    node: NodeId,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    // Whoever leads says by itself why it is not in force; this is for when nobody does.
    const limitMs = deps.isInForce() ? CHANGE_TIMEOUT_MS + 2 * TRY_MS : WRITE_TIMEOUT_MS
    const watch = untilQuorumIsLost(deps, signal)
    try {
      await deps.ask({ kind: 'change', change, node }, limitMs, watch.signal)
    } finally {
      watch.end()
    }
    await untilTold(change, node)
  }

  /** What was changed elsewhere is told a moment later; whoever looks next shall see it. */
  async function untilTold(change: CommitteeChange, node: NodeId): Promise<void> {
    for (let waitedMs = 0; waitedMs < TRY_MS; waitedMs += LOOK_MS) {
      if (isDone(change, node, deps.committee()) || deps.stopping.aborted) return
      await pause(deps.clock, LOOK_MS, deps.stopping)
    }
  }

  async function choose(
    node: NodeId,
    value: 'always' | 'never',
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const body = { name: choiceSetting(node), value }
    await deps.execute({ kind: 'setting.put', body }, signal && { signal }).catch((error) => {
      // A node may give up its own vote; that it stays so is an admin's to say, or its owner's by the role.
      if (value === 'always' || !isCode(error, 'FORBIDDEN')) throw error
    })
  }

  async function release(node: NodeId, signal: AbortSignal | undefined): Promise<void> {
    const command = { kind: 'setting.delete', body: { name: choiceSetting(node) } } as const
    await deps.execute(command, signal && { signal }).catch((error) => {
      if (!isCode(error, 'NOT_FOUND')) throw error
    })
  }

  /** The voters see to the rest. */
  async function changeSeat(
    change: CommitteeChange,
    node: NodeId,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (change === 'release') return release(node, signal)
    if (change === 'transfer') {
      throw failure('NO_LEAD', 'Under Simplex the lead goes round by itself.')
    }
    if (change === 'promote') {
      await choose(node, 'always', signal)
      await giveSeat(node, 'voter', signal)
      return untilDone(change, node, signal)
    }
    const successor = await takeSeat(node, signal)
    if (change === 'demote') await choose(node, 'never', signal)
    await untilDone(change, node, signal)
    // Nobody chose it: it was kept from being taken for one too many meanwhile.
    if (successor) await release(successor, signal)
  }

  /** To whom the registry was handed over before, if that was needed. */
  async function takeSeat(
    node: NodeId,
    signal: AbortSignal | undefined,
  ): Promise<NodeId | undefined> {
    try {
      await giveSeat(node, 'none', signal)
      return undefined
    } catch (error) {
      const successor = isCode(error, 'LAST_VOTER') ? await handOver(node, signal) : undefined
      if (!successor) throw error
      await giveSeat(node, 'none', signal)
      return successor
    }
  }

  async function giveSeat(
    node: NodeId,
    seat: 'voter' | 'none',
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await deps.execute({ kind: 'committee.seat', body: { node, seat } }, signal && { signal })
  }

  /**
   * The last voter keeps its seat until somebody else has the registry. Undefined where nobody is there
   * for it, or this node's owner, who is no admin, can give it to nobody.
   */
  async function handOver(
    going: NodeId,
    signal: AbortSignal | undefined,
  ): Promise<NodeId | undefined> {
    const successor = deps.successor(going)
    if (successor === undefined) return undefined
    try {
      await choose(successor, 'always', signal)
    } catch (error) {
      if (isCode(error, 'FORBIDDEN')) return undefined
      throw error
    }
    await giveSeat(successor, 'voter', signal)
    await untilDone('promote', successor, signal)
    return successor
  }

  async function untilDone(
    change: CommitteeChange,
    node: NodeId,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const limit = createTimeLimit(deps.clock, CHANGE_TIMEOUT_MS, notInForce, signal)
    try {
      while (!isDone(change, node, deps.committee())) await pause(deps.clock, LOOK_MS, limit.signal)
    } finally {
      limit.end()
    }
  }

  return async (change, node, options = {}) => {
    const { signal } = options
    if (deps.hasSeats) return changeSeat(change, node, signal)
    switch (change) {
      case 'promote':
        // First, so that one that takes long to learn is not given up.
        await choose(node, 'always', signal)
        return ask('promote', node, signal)
      case 'demote':
        // Last, since it may be refused.
        await ask('demote', node, signal)
        await choose(node, 'never', signal)
        return
      case 'release':
        return release(node, signal)
      case 'withdraw':
        return ask('demote', node, signal)
      case 'transfer':
        return ask('transfer', node, signal)
    }
  }
}

/** A change may take long to be in force; where nothing can be written any more nobody waits for that. */
function untilQuorumIsLost(
  { clock, isInForce }: Pick<ChangingDeps, 'clock' | 'isInForce'>,
  signal: AbortSignal | undefined,
): TimeLimit {
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  let lostMs = 0
  let cancel = clock.timer(LOOK_MS, look)
  function look(): void {
    // An election passes by.
    lostMs = isInForce() ? 0 : lostMs + LOOK_MS
    if (lostMs >= WRITE_TIMEOUT_MS) controller.abort(noQuorum())
    else cancel = clock.timer(LOOK_MS, look)
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  return {
    signal: controller.signal,
    end() {
      cancel()
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

function isDone(change: CommitteeChange, node: NodeId, committee: Committee | undefined) {
  switch (change) {
    case 'promote':
      return committee?.voters.includes(node) === true
    case 'demote':
    case 'withdraw':
      return committee === undefined || !isNamed(committee, node)
    case 'transfer':
      return committee?.leader === node
    case 'release':
      return true
  }
}
