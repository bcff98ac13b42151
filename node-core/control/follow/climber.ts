/**
 * How this node follows: somebody takes it in, and is asked for what comes next for as long as it
 * answers and is not behind. Then somebody else is, from the same entry on.
 */
import { createHash, type Hash } from 'node:crypto'
import { equalBytes } from '../../base/codec/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import type { Children } from './children.ts'
import type { AskId, Emit, Facts } from './effects.ts'
import { isBetter, type Label } from './label.ts'
import {
  ANSWER_TIMEOUT_MS,
  AVOID_MS,
  BEHIND_MS,
  CHUNK_BYTES,
  CHUNK_TIMEOUT_MS,
  DOUBT_MS,
  DOWNLOAD_MS,
  DOWNLOAD_MS_MAX,
  HOLD_MS,
  JOIN_TIMEOUT_MS,
  LOOK_TIMEOUT_MS,
  ORPHAN_MS,
} from './limits.ts'
import {
  type Answer,
  type EntriesAnswer,
  type Question,
  type SnapshotAnswer,
  unpackEntries,
} from './messages.ts'
import type { Route } from './route.ts'
import type { Trail } from './trail.ts'

export interface Climber {
  readonly parent: NodeId | undefined
  /** Whether the copy holds what the parent had when it last answered. */
  isLevel(): boolean
  /** Undefined while nobody is followed, or nothing is known yet. */
  label(): Label | undefined
  /** Without a parent for so short a time that there may be one in a moment. */
  hopes(nowMs: number): boolean
  answered(nowMs: number, ask: AskId, answer: Answer | undefined): void
  /** The copy has applied what it was given, or some of it. */
  moved(nowMs: number): void
  /** The copy does not take the snapshot, or is not what a member's word says. */
  refused(nowMs: number): void
  down(nowMs: number, peer: NodeId): void
  /** The parent has said nothing for a while, on any protocol. */
  silent(nowMs: number): void
  tick(nowMs: number): void
  /** Follows nobody any more. */
  stop(): void
  dueMs(): number | undefined
}

export interface ClimberDeps {
  trail: Trail
  children: Children
  route: Route
  facts(): Facts
  /** Whether what is held is nobody's word yet. */
  doubts(): boolean
  newAsk(): AskId
  emit: Emit
}

/** Of somebody's answer. */
type Judgement = 'stay' | 'leave' | 'avoid'

interface Download extends SnapshotAnswer {
  parts: Uint8Array[]
  received: number
  /** Of what has come. */
  sum: Hash
  /** When it is given up, and somebody else is asked. */
  untilMs: number
}

export function createClimber(deps: ClimberDeps): Climber {
  const { trail, children, route, emit } = deps
  let parent: { node: NodeId; label: Label } | undefined
  let question: { ask: AskId; to: NodeId } | undefined
  let look: AskId | undefined
  let download: Download | undefined
  /** For the next one. A liar holds this node no longer, and a slow line gets what it takes in the end. */
  let patienceMs = DOWNLOAD_MS
  /** Up to where the copy is about to come. */
  let takingTo: LogIndex | undefined
  let orphanSinceMs: number | undefined
  let behindSinceMs: number | undefined
  let doubtedMs = Number.NEGATIVE_INFINITY

  function ask(to: NodeId, asked: Question, timeoutMs: number): AskId {
    const id = deps.newAsk()
    emit({ kind: 'ask', ask: id, to, question: asked, timeoutMs })
    return id
  }

  function put(to: NodeId, asked: Question, timeoutMs: number): void {
    question = { ask: ask(to, asked, timeoutMs), to }
  }

  function forget(): void {
    if (question) emit({ kind: 'forget', ask: question.ask })
    if (look !== undefined) emit({ kind: 'forget', ask: look })
    question = undefined
    look = undefined
  }

  /** One question at a time, and none while the copy is busy: so it is never given more than it takes. */
  function advance(nowMs: number): void {
    if (deps.facts().standing !== 'follows' || question || takingTo !== undefined) return
    const after = trail.height
    const doubts = deps.doubts() && nowMs - doubtedMs >= DOUBT_MS
    if (doubts) doubtedMs = nowMs
    if (!parent) {
      const node = route.next(nowMs)
      const { presses } = route
      if (node) put(node, { kind: 'next', after, joins: true, presses, doubts }, JOIN_TIMEOUT_MS)
    } else if (download) {
      const { index, digest, received: offset } = download
      put(parent.node, { kind: 'chunk', index, digest, offset }, CHUNK_TIMEOUT_MS)
    } else {
      const next = { kind: 'next', after, joins: false, presses: false, doubts } as const
      put(parent.node, next, HOLD_MS + ANSWER_TIMEOUT_MS)
    }
  }

  /** See `label.ts`. Nobody is followed who is behind, either. */
  function mayFollow(label: Label): boolean {
    const { claim } = children
    return label.height >= trail.height && (!claim || isBetter(label, claim))
  }

  function leave(nowMs: number): void {
    parent = undefined
    orphanSinceMs ??= nowMs
    behindSinceMs = undefined
    forget()
  }

  function leaveFor(nowMs: number, node: NodeId): void {
    route.avoid(node, nowMs + AVOID_MS)
    leave(nowMs)
  }

  function adopt(node: NodeId, { height, depth }: Label): void {
    parent = { node, label: { height, depth } }
    orphanSinceMs = undefined
    route.settled()
  }

  function takeEntries(from: NodeId, answer: EntriesAnswer): Judgement {
    const { entries, height, word } = answer
    const reaches = (trail.height + entries.length) as LogIndex
    if (!mayFollow(answer) || reaches > height) return 'leave'
    // A parent that knows more and says nothing is none.
    if (entries.length === 0 && height > trail.height) return 'avoid'
    adopt(from, answer)
    download = undefined
    if (entries.length === 0 && !word) return 'stay'
    if (entries.length > 0) takingTo = reaches
    emit({ kind: 'apply', entries: unpackEntries(trail.height, entries), word })
    return 'stay'
  }

  function takeOffer(nowMs: number, from: NodeId, answer: SnapshotAnswer): Judgement {
    if (!mayFollow(answer) || answer.index <= trail.height) return 'leave'
    adopt(from, answer)
    // The same snapshot has the same bytes, whoever sends it.
    const same = download?.index === answer.index && equalBytes(download.digest, answer.digest)
    if (same) return 'stay'
    const untilMs = nowMs + patienceMs
    download = { ...answer, parts: [], received: 0, sum: createHash('sha256'), untilMs }
    return 'stay'
  }

  function takeChunk(data: Uint8Array): Judgement {
    if (!download) return 'leave'
    if (data.byteLength !== Math.min(CHUNK_BYTES, download.sizeBytes - download.received)) {
      download = undefined
      return 'avoid'
    }
    download.parts.push(data)
    download.sum.update(data)
    download.received += data.byteLength
    if (download.received < download.sizeBytes) return 'stay'
    const { index, digest, parts, received, sum } = download
    download = undefined
    if (!equalBytes(sum.digest(), digest)) return 'avoid'
    patienceMs = DOWNLOAD_MS
    takingTo = index
    emit({ kind: 'restore', index, state: joined(parts, received) })
    return 'stay'
  }

  /** Nothing of it can be checked before all has come. */
  function giveUp(nowMs: number): void {
    download = undefined
    patienceMs = Math.min(2 * patienceMs, DOWNLOAD_MS_MAX)
    if (parent) leaveFor(nowMs, parent.node)
  }

  function judged(nowMs: number, from: NodeId, answer: Answer): Judgement {
    switch (answer.kind) {
      case 'entries':
        return takeEntries(from, answer)
      case 'snapshot':
        return takeOffer(nowMs, from, answer)
      case 'chunk':
        return takeChunk(answer.data)
      case 'gone':
        download = undefined
        return 'stay'
      case 'full':
      case 'lost':
      case 'here':
      case 'vouched':
        return 'leave'
    }
  }

  /** Whoever is asked to take this node in, and does not, was no parent to leave. */
  function take(nowMs: number, from: NodeId, answer: Answer | undefined): void {
    const judgement = answer ? judged(nowMs, from, answer) : 'leave'
    if (answer && 'others' in answer) route.refer(answer.others)
    if (judgement === 'avoid') route.avoid(from, nowMs + AVOID_MS)
    if (judgement !== 'stay' && parent?.node === from) leave(nowMs)
  }

  return {
    get parent() {
      return parent?.node
    },
    isLevel: () => parent !== undefined && trail.height >= parent.label.height,
    label() {
      if (!parent || trail.height === 0) return undefined
      return { height: trail.height, depth: parent.label.depth + 1 }
    },
    hopes: (nowMs) => orphanSinceMs !== undefined && nowMs - orphanSinceMs < ORPHAN_MS,
    answered(nowMs, id, answer) {
      if (id === look) {
        look = undefined
        if (parent && answer?.kind !== 'here') leave(nowMs)
      } else if (id === question?.ask) {
        const { to } = question
        question = undefined
        take(nowMs, to, answer)
      }
      advance(nowMs)
    },
    moved(nowMs) {
      behindSinceMs = undefined
      if (takingTo !== undefined && trail.height >= takingTo) takingTo = undefined
      advance(nowMs)
    },
    refused(nowMs) {
      takingTo = undefined
      if (parent) leaveFor(nowMs, parent.node)
      advance(nowMs)
    },
    down(nowMs, peer) {
      if (parent?.node !== peer) return
      leave(nowMs)
      advance(nowMs)
    },
    silent() {
      if (!parent || look !== undefined) return
      look = ask(parent.node, { kind: 'look' }, LOOK_TIMEOUT_MS)
    },
    tick(nowMs) {
      if (orphanSinceMs !== undefined && nowMs - orphanSinceMs >= ORPHAN_MS) children.release()
      if (download && nowMs >= download.untilMs) giveUp(nowMs)
      const isBehind = parent !== undefined && deps.facts().told > trail.height
      behindSinceMs = isBehind ? (behindSinceMs ?? nowMs) : undefined
      if (parent && behindSinceMs !== undefined && nowMs - behindSinceMs >= BEHIND_MS) {
        if (takingTo === undefined && !download) leaveFor(nowMs, parent.node)
      }
      advance(nowMs)
    },
    stop() {
      forget()
      parent = undefined
      download = undefined
      takingTo = undefined
      orphanSinceMs = undefined
      route.begin()
    },
    dueMs() {
      if (deps.facts().standing !== 'follows') return undefined
      const due: number[] = []
      if (orphanSinceMs !== undefined && children.count > 0) due.push(orphanSinceMs + ORPHAN_MS)
      if (behindSinceMs !== undefined) due.push(behindSinceMs + BEHIND_MS)
      if (download) due.push(download.untilMs)
      const restedMs = route.dueMs()
      if (!parent && !question && restedMs !== undefined) due.push(restedMs)
      return due.length > 0 ? Math.min(...due) : undefined
    },
  }
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
