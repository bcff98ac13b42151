/**
 * Those who follow this node. Each asks for what comes next and is held until there is something, so
 * nothing is buffered for anybody: a slow one asks late, and gets a snapshot once it is too late.
 */
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { Emit, Token } from './effects.ts'
import { isBetter, type Label } from './label.ts'
import { CHILD_SILENT_MS, DEPTH_MAX, HOLD_MS, OTHERS_MAX } from './limits.ts'
import { type Answer, packEntries, type Question } from './messages.ts'
import type { Offers } from './offers.ts'
import type { Trail } from './trail.ts'

export interface Children {
  readonly count: number
  /** The best label told to any of them; undefined while there are none. See `label.ts`. */
  readonly claim: Label | undefined
  names(): NodeId[]
  next(nowMs: number, token: Token, from: NodeId, question: Next): void
  chunk(nowMs: number, token: Token, from: NodeId, question: Chunk): void
  /** There may be something new for them. */
  wake(nowMs: number): void
  /** Sends the last one that did not press for it to others. */
  shed(): void
  /** This node cannot serve: they go elsewhere. */
  release(): void
  down(peer: NodeId): void
  tick(nowMs: number): void
  dueMs(): number | undefined
}

type Next = Extract<Question, { kind: 'next' }>
type Chunk = Extract<Question, { kind: 'chunk' }>

export interface ChildrenDeps {
  trail: Trail
  offers: Offers
  /** Undefined while this node does not know how the log goes on. */
  label(): Label | undefined
  /** Whether a child is kept although there is no label, since there may be one in a moment. */
  hopes(): boolean
  /** How many it serves; of those that nobody else takes, where that is more. */
  room(presses: boolean): number
  isHub(node: NodeId): boolean
  /** A member's word about an entry between two, both included; `asked`: it is worth a signature. */
  word(first: LogIndex, last: LogIndex, asked: boolean): Uint8Array | undefined
  /** Others to follow that this node knows, the best first. */
  others(): NodeId[]
  emit: Emit
}

interface Child {
  after: LogIndex
  pressed: boolean
  /** What it holds is nobody's word yet. */
  doubts: boolean
  /** Its question, while it is held. */
  token: Token | undefined
  seenMs: number
}

export function createChildren(deps: ChildrenDeps): Children {
  const { trail, offers, emit } = deps
  /** In the order in which they came. */
  const children = new Map<NodeId, Child>()
  let claim: Label | undefined

  function reply(child: Child, answer: Answer): void {
    if (child.token === undefined) return
    if (answer.kind === 'entries' || answer.kind === 'snapshot') {
      const { height, depth } = answer
      if (!claim || isBetter({ height, depth }, claim)) claim = { height, depth }
    }
    emit({ kind: 'answer', token: child.token, answer })
    child.token = undefined
  }

  function remove(node: NodeId, why: 'full' | 'lost'): void {
    const child = children.get(node)
    children.delete(node)
    if (child) reply(child, { kind: why, others: othersFor(node, why) })
    if (children.size === 0) claim = undefined
  }

  /** Who is sent on goes down, where there must be room somewhere; up and sideways only from the end. */
  function othersFor(node: NodeId, why: 'full' | 'lost' | 'joined'): NodeId[] {
    const below = [...children.keys()].filter((one) => one !== node)
    const goesDown = why === 'full' && below.length > 0
    return (goesDown ? below : deps.others().filter((one) => one !== node)).slice(0, OTHERS_MAX)
  }

  /** A hub takes the place of one that only uses the network: others are to follow it. */
  function makeRoom(from: NodeId, presses: boolean): boolean {
    const room = deps.room(presses)
    if (children.size < room) return true
    if (room === 0 || !deps.isHub(from)) return false
    const last = [...children.keys()].findLast((one) => !deps.isHub(one))
    if (last === undefined) return false
    remove(last, 'full')
    return true
  }

  function serve(nowMs: number, node: NodeId, child: Child, joins: boolean): void {
    const label = deps.label()
    if (!label || child.token === undefined) return
    const { after, doubts } = child
    const isOver = joins || nowMs - child.seenMs >= HOLD_MS || after > label.height
    if (after >= label.height && !isOver) {
      if (!doubts || !deps.word(after, after, true)) return
    }
    const entries = after >= label.height ? [] : trail.after(after)
    if (entries) {
      const others = joins ? othersFor(node, 'joined') : []
      const last = (after + entries.length) as LogIndex
      const asks = isOver || doubts
      const first = asks ? after : ((after + 1) as LogIndex)
      const word = deps.word(first, last, asks) ?? null
      reply(child, { kind: 'entries', ...label, entries: packEntries(entries), others, word })
      return
    }
    const offer = offers.current(nowMs)
    if (offer) reply(child, { kind: 'snapshot', ...label, ...offer })
  }

  return {
    get count() {
      return children.size
    },
    get claim() {
      return claim
    },
    names: () => [...children.keys()],
    next(nowMs, token, from, { after, joins, presses, doubts }) {
      const refuse = (kind: 'full' | 'lost'): void =>
        emit({ kind: 'answer', token, answer: { kind, others: othersFor(from, kind) } })
      const known = children.get(from)
      const label = deps.label()
      if (!label && !(known && deps.hopes())) return refuse('lost')
      if (label && label.depth >= DEPTH_MAX) return refuse('full')
      if (!known && !makeRoom(from, presses)) return refuse('full')
      const child = known ?? { after, token, pressed: presses, doubts, seenMs: nowMs }
      // Whoever asks again has given the last question up.
      if (child.token !== token) reply(child, { kind: 'lost', others: [] })
      Object.assign(child, { after, token, doubts, seenMs: nowMs })
      children.set(from, child)
      serve(nowMs, from, child, joins || !known)
    },
    chunk(nowMs, token, from, question) {
      const child = children.get(from)
      if (child) child.seenMs = nowMs
      const data = child && offers.chunk(nowMs, question)
      emit({ kind: 'answer', token, answer: data ? { kind: 'chunk', data } : { kind: 'gone' } })
    },
    wake(nowMs) {
      for (const [node, child] of children) serve(nowMs, node, child, false)
    },
    shed() {
      const last = [...children].findLast(([, { pressed }]) => !pressed)
      if (last) remove(last[0], 'full')
    },
    release() {
      for (const node of [...children.keys()]) remove(node, 'lost')
    },
    down(peer) {
      if (children.has(peer)) remove(peer, 'lost')
    },
    tick(nowMs) {
      for (const [node, child] of [...children]) {
        if (child.token !== undefined) serve(nowMs, node, child, false)
        else if (nowMs - child.seenMs >= CHILD_SILENT_MS) remove(node, 'lost')
      }
    },
    dueMs() {
      const due = [...children.values()].map(({ token, seenMs }) => {
        return seenMs + (token === undefined ? CHILD_SILENT_MS : HOLD_MS)
      })
      return due.length > 0 ? Math.min(...due) : undefined
    },
  }
}
