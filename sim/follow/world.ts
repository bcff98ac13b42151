/** All nodes, driven as the driver would drive each: one core, its effects, its timers. */
import { createHash, type Hash } from 'node:crypto'
import type { NodeId } from '../../node-core/base/net/index.ts'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import type { CommittedEntry, LogIndex } from '../../node-core/control/consensus/index.ts'
import { createFollowCore, type FollowCore } from '../../node-core/control/follow/core.ts'
import type { AskId, Effect, Token } from '../../node-core/control/follow/effects.ts'
import { LOOK_MS, SILENT_MS, TIMER_MS_MIN } from '../../node-core/control/follow/limits.ts'
import {
  type Answer,
  encodeAnswer,
  encodeQuestion,
  parseAnswer,
  parseQuestion,
  type Question,
} from '../../node-core/control/follow/messages.ts'
import { digestOf } from '../../node-core/control/follow/offers.ts'
import { createLinks, type Links } from './links.ts'
import { applied, copyOf, createNode, EMPTY, type FollowNode, nodeId, stateOf } from './node.ts'
import { createQueue, type Queue } from './queue.ts'

export interface World {
  readonly queue: Queue
  readonly links: Links
  readonly random: Random
  readonly nodes: FollowNode[]
  readonly failures: string[]
  readonly counts: Record<string, number>
  /** Every answer and question so far. */
  trace(): string
  /** Something happens to a node. */
  act(node: FollowNode, step: (core: FollowCore, nowMs: number) => void): void
  /** As if its power went; `reset`: others see its connections end. */
  kill(node: FollowNode, reset: boolean): void
  /** With nothing but what it was told to keep. */
  revive(node: FollowNode): void
}

interface Asked {
  asker: FollowNode
  life: number
  ask: AskId
}

/** What a message costs beside its content: encryption, multiplexing, TCP and IP. Bytes. */
const OVERHEAD_BYTES = 100

export function createWorld(seed: number, size: number): World {
  const random = createSeededRandom(seed)
  const queue = createQueue()
  const links = createLinks(queue, random)
  const hash: Hash = createHash('sha256')
  const failures: string[] = []
  const counts: Record<string, number> = {}
  const asked = new Map<Token, Asked>()
  const hubs = new Set<NodeId>()
  const isHub = (node: NodeId): boolean => hubs.has(node)
  for (let at = 0; at < size; at++) if (at % 4 !== 3) hubs.add(nodeId(at))
  const nodes = Array.from({ length: size }, (_, at) => createNode(at, random, isHub))
  const byId = new Map(nodes.map((node) => [node.id, node]))
  let tokens = 0

  function count(what: string): void {
    counts[what] = (counts[what] ?? 0) + 1
  }

  function act(node: FollowNode, step: (core: FollowCore, nowMs: number) => void): void {
    if (!node.alive) return
    const before = node.core.status().parent
    step(node.core, queue.nowMs)
    for (let effects = node.core.take(); effects.length > 0; effects = node.core.take()) {
      for (const effect of effects) perform(node, effect)
    }
    const { parent } = node.core.status()
    if (parent !== before) moved(node, parent)
    arm(node)
  }

  function arm(node: FollowNode): void {
    const dueMs = node.core.dueMs()
    if (dueMs === undefined) return
    const atMs = Math.max(queue.nowMs + TIMER_MS_MIN, dueMs)
    if (node.tickAtMs <= atMs && node.tickAtMs > queue.nowMs) return
    node.tickAtMs = atMs
    const { life } = node
    queue.in(atMs - queue.nowMs, () => {
      if (node.life === life) act(node, (core, nowMs) => core.tick(nowMs))
    })
  }

  /** Nobody may follow itself over any number of steps. */
  function moved(node: FollowNode, parent: NodeId | undefined): void {
    count('changedOver')
    node.heardMs = queue.nowMs
    hash.update(`${node.id}>${parent}`)
    let at: FollowNode | undefined = node
    for (let steps = 0; at; steps++) {
      const above: FollowNode | undefined = at.core.status().parent
        ? byId.get(at.core.status().parent as NodeId)
        : undefined
      // An edge is one that its upper end serves.
      if (!above?.core.status().children.includes(at.id)) return
      if (above === node || steps > nodes.length) {
        failures.push(`${queue.nowMs} ms: ${node.id} follows itself.`)
        return
      }
      at = above
    }
  }

  function perform(node: FollowNode, effect: Effect): void {
    switch (effect.kind) {
      case 'ask':
        ask(node, effect.ask, effect.to, effect.question, effect.timeoutMs)
        break
      case 'forget':
        node.asks.delete(effect.ask)
        break
      case 'answer':
        answer(node, effect.token, effect.answer)
        break
      case 'apply':
        apply(node, effect.entries, effect.word)
        break
      case 'restore': {
        node.copy = copyOf(effect.state)
        count('restored')
        node.core.replaced(queue.nowMs, node.copy.index, false)
        break
      }
      case 'capture': {
        count('captured')
        const state = stateOf(node.copy)
        node.core.captured(queue.nowMs, node.copy.index, state, digestOf(state))
        break
      }
    }
  }

  function apply(
    node: FollowNode,
    entries: readonly CommittedEntry[],
    said: Uint8Array | null,
  ): void {
    const word = said && copyOf(said)
    let holds = word?.index === node.copy.index ? word.chain === node.copy.chain : undefined
    for (const entry of entries) {
      const next = applied(node.copy, entry)
      if (next) node.copy = next
      else failures.push(`${queue.nowMs} ms: ${node.id} was given ${entry.index} as the next one.`)
      if (word?.index === node.copy.index) holds = word.chain === node.copy.chain
    }
    node.core.moved(queue.nowMs, entries)
    if (holds === false) spoil(node)
    else if (holds && word) node.core.vouched(queue.nowMs, word.index, said)
  }

  function spoil(node: FollowNode): void {
    count('spoilt')
    node.copy = EMPTY
    node.core.refused(queue.nowMs)
    if (!node.facts) return
    node.core.know(queue.nowMs, { ...node.facts, standing: 'idle' })
    node.core.replaced(queue.nowMs, EMPTY.index, true)
    node.core.know(queue.nowMs, node.facts)
  }

  function ask(
    node: FollowNode,
    id: AskId,
    to: NodeId,
    question: Question,
    timeoutMs: number,
  ): void {
    const { life } = node
    const bytes = encodeQuestion(question)
    node.sentBytes += bytes.byteLength + OVERHEAD_BYTES
    node.asks.set(id, to)
    const end = (given: Answer | undefined): void => {
      if (node.life === life && node.asks.delete(id)) {
        act(node, (core, nowMs) => core.answered(nowMs, id, given))
      }
    }
    queue.in(timeoutMs, () => end(undefined))
    const there = byId.get(to)
    // A closed port says so; a machine without power says nothing.
    if (there && !there.alive) {
      if (random.float() < 0.5) queue.in(2, () => end(undefined))
      return
    }
    const arrive = (): void => {
      const parsed = parseQuestion(bytes)
      if (!parsed || !there?.alive) return
      const token = ++tokens as Token
      asked.set(token, { asker: node, life, ask: id })
      act(there, (core, nowMs) => core.asked(nowMs, token, node.id, parsed))
    }
    links.send(node.id, to, arrive, () => end(undefined))
  }

  function answer(node: FollowNode, token: Token, given: Answer): void {
    const waiting = asked.get(token)
    asked.delete(token)
    if (!waiting) return
    const { asker, life, ask: id } = waiting
    const bytes = encodeAnswer(node.lies ? lied(given) : given)
    node.sentBytes += bytes.byteLength + OVERHEAD_BYTES
    hash.update(bytes)
    count(given.kind)
    const end = (heard: Answer | undefined): void => {
      if (asker.life !== life || !asker.asks.delete(id)) return
      if (heard) asker.heardMs = queue.nowMs
      act(asker, (core, nowMs) => core.answered(nowMs, id, heard))
    }
    const arrive = (): void => {
      const parsed = parseAnswer(bytes)
      if (!parsed) failures.push(`${queue.nowMs} ms: an answer cannot be read: ${given.kind}.`)
      end(parsed)
    }
    links.send(node.id, asker.id, arrive, () => end(undefined))
  }

  /** What the mesh says besides is heard from everybody who is there. */
  function look(node: FollowNode): void {
    queue.in(LOOK_MS, () => look(node))
    const { parent } = node.core.status()
    const above = parent === undefined ? undefined : byId.get(parent)
    if (!node.alive || !above) return
    if (above.alive && links.passes(above.id, node.id)) node.heardMs = queue.nowMs
    else if (queue.nowMs - node.heardMs >= SILENT_MS) act(node, (core, nowMs) => core.silent(nowMs))
  }
  for (const node of nodes) queue.in(random.int(LOOK_MS), () => look(node))

  return {
    ...{ queue, links, random, nodes, failures, counts, act },
    trace: () => hash.copy().digest('hex').slice(0, 16),
    kill(node, reset) {
      node.alive = false
      node.life++
      node.asks.clear()
      count(reset ? 'killed' : 'powerLost')
      if (!reset) return
      for (const other of nodes) {
        if (other === node || !links.passes(node.id, other.id)) continue
        queue.in(1 + random.int(20), () => act(other, (core, nowMs) => core.down(nowMs, node.id)))
      }
    },
    revive(node) {
      node.alive = true
      node.life++
      node.copy = EMPTY
      node.tickAtMs = Number.POSITIVE_INFINITY
      node.core = createFollowCore({
        ...{ self: node.id, random, isHub },
        hashAt: () => undefined,
        sign: () => stateOf(node.copy),
      })
    },
  }
}

export const toIndex = (value: number): LogIndex => value as LogIndex

/** Leaves the numbers right and the content wrong. */
function lied(answer: Answer): Answer {
  if (answer.kind !== 'entries') return answer
  return {
    ...answer,
    entries: answer.entries.map(([payload, members]) => [payload.map((byte) => byte ^ 1), members]),
  }
}
