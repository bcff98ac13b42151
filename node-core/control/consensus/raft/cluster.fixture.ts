/** A cluster of step-by-step nodes for scripts, and everything it says in words. */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import {
  type ConfigurationChange,
  configurationOf,
  type MemberChange,
  type Transition,
} from './configuration.ts'
import { type Command, listOf } from './datadriven.fixture.ts'
import { changeOf, type Entry } from './entries.ts'
import type { Message } from './messages.ts'
import { toIndex, toTerm } from './positions.ts'
import { RawNode, type RawNodeConfig, type RawReady } from './raw-node.ts'
import type { Snapshot } from './snapshot.ts'
import type { HardState } from './state.ts'
import {
  printConfiguration,
  printEntry,
  printMessage,
  printReady,
  printStatus,
} from './words.fixture.ts'

interface Member {
  config: RawNodeConfig
  node: RawNode
  /** What a crash leaves. */
  disk: { snapshot: Snapshot | undefined; entries: Entry[]; hardState: HardState | undefined }
  state: string
  /** Of true time. */
  elapsedTicks: number
}

const TYPES: Record<string, MemberChange['type']> = {
  v: 'addVoter',
  l: 'addLearner',
  r: 'remove',
}

export class ScriptedCluster {
  #members = new Map<NodeId, Member>()
  #inFlight: Message[] = []
  #quiet = false

  run(command: Command): string {
    const { name, words } = command
    if (name === 'quietly') {
      const [inner = '', ...rest] = words
      this.#quiet = true
      this.#run({ ...command, name: inner, words: rest })
      this.#quiet = false
      return ''
    }
    return this.#run(command)
  }

  #run({ name, words, named }: Command): string {
    const [first = '', second = ''] = words
    switch (name) {
      case 'add-nodes':
        return this.#addNodes(Number(first), named, words)
      case 'restart':
        return this.#restart(first)
      case 'campaign':
        return this.#of(first, (node) => node.campaign())
      case 'tick':
        return this.#of(first, (node) => repeat(Number(second || 1), () => this.#tick(node)))
      case 'stand-still':
        return this.#standStill(first, Number(second))
      case 'pin-election-timeout':
        return this.#of(first, (node) => node.pinElectionTimeout(Number(second)))
      case 'propose':
        return this.#of(first, (node) => {
          const [proposed] = node.propose([new TextEncoder().encode(second)])
          return proposed?.outcome === 'refused' ? `refused: ${proposed.code}` : ''
        })
      case 'propose-change':
        return this.#proposeChange(words)
      case 'transfer-leader':
        return this.#of(first, (node) => node.transferLeader(id(second)))
      case 'forget-leader':
        return this.#of(first, (node) => node.forgetLeader())
      case 'read':
        return this.#of(first, (node) => (node.readIndex(second) ? '' : 'nobody to ask'))
      case 'report-unreachable':
        return this.#of(first, (node) => node.reportUnreachable(id(second)))
      case 'report-snapshot':
        return this.#of(first, (node) => node.reportSnapshot(id(second), words[2] === 'arrived'))
      case 'compact':
        return this.#compact(first, toIndex(Number(second)))
      default:
        return this.#show(name, words, named)
    }
  }

  #tick(node: RawNode): void {
    const member = this.#member(node.status().id)
    member.elapsedTicks++
    node.tick(member.elapsedTicks)
  }

  /** So many ticks pass that it does not count. */
  #standStill(name: string, ticks: number): string {
    this.#member(id(name)).elapsedTicks += ticks
    return ''
  }

  #show(name: string, words: string[], named: Map<string, string>): string {
    const nodes = words.map(id)
    switch (name) {
      case 'process-ready':
        return nodes.map((node) => this.#processReady(node)).join('\n')
      case 'deliver':
        return nodes.map((node) => this.#deliver(node, named.get('only'))).join('\n')
      case 'drop':
        return nodes.map((node) => this.#drop(node)).join('\n')
      case 'send-snapshot':
        return this.#sendSnapshot(words)
      case 'stabilize':
        return this.#stabilize(nodes.length > 0 ? nodes : [...this.#members.keys()])
      case 'status':
        return nodes.map((node) => printStatus(this.#member(node).node.status())).join('\n')
      case 'states':
        return [...this.#members.values()].map(({ node }) => describe(node)).join('\n')
      case 'log':
        return nodes.map((node) => this.#printLog(node)).join('\n')
      case 'applied':
        return nodes.map((node) => `${node}: ${this.#member(node).state}`).join('\n')
      default:
        throw new Error(`No such command: ${name} ${[...named.keys()]}`)
    }
  }

  #addNodes(count: number, named: Map<string, string>, words: string[]): string {
    const voters = listOf(named.get('voters')).map(id)
    const learners = listOf(named.get('learners')).map(id)
    const index = named.get('index')
    const configuration = configurationOf({ voters, learners })
    const inflight = named.get('inflight')
    for (let at = 0; at < count; at++) {
      const snapshot: Snapshot | undefined =
        index === undefined
          ? undefined
          : {
              index: toIndex(Number(index)),
              term: toTerm(1),
              configuration,
              state: new Uint8Array(),
            }
      const config: RawNodeConfig = {
        id: id(String(this.#members.size + 1)),
        electionTicks: Number(named.get('election-ticks') ?? 3),
        heartbeatTicks: 1,
        randomElectionTimeout: () => 100,
        preVote: words.includes('pre-vote'),
        checkQuorum: words.includes('check-quorum'),
        leaseReads: words.includes('lease-reads'),
        stepDownOnRemoval: words.includes('step-down'),
        ...(inflight ? { inflightMessagesMax: Number(inflight) } : {}),
        ...(named.has('append-bytes') ? { appendBytesMax: Number(named.get('append-bytes')) } : {}),
        ...(named.has('uncommitted-bytes')
          ? { uncommittedBytesMax: Number(named.get('uncommitted-bytes')) }
          : {}),
        snapshot,
      }
      const disk = { snapshot, entries: [], hardState: undefined }
      this.#members.set(config.id, {
        ...{ config, node: new RawNode(config), disk, state: '', elapsedTicks: 0 },
      })
    }
    return ''
  }

  #restart(name: string): string {
    const member = this.#member(id(name))
    member.node = new RawNode({ ...member.config, ...member.disk })
    member.state = new TextDecoder().decode(member.disk.snapshot?.state ?? new Uint8Array())
    return this.#quiet ? '' : describe(member.node)
  }

  #proposeChange([name = '', kind = '', transition = '', ...changes]: string[]): string {
    const wanted: ConfigurationChange = {
      transition: transition as Transition,
      changes: changes.map((word) => ({
        type: TYPES[word[0] ?? ''] ?? 'remove',
        node: id(word.slice(1)),
      })),
    }
    return this.#of(name, (node) => {
      const entryKind = kind === 'v1' ? 'changeV1' : 'changeV2'
      const proposed = node.proposeChange(wanted, entryKind)
      return proposed?.outcome === 'refused' ? `refused: ${proposed.code}` : ''
    })
  }

  #compact(name: string, index: LogIndex): string {
    const member = this.#member(id(name))
    member.node.compact(index)
    return this.#quiet ? '' : this.#printLog(id(name))
  }

  /** Gives a node what a message of that kind would, by another way than the leader. */
  #sendSnapshot([from = '', to = '']: string[]): string {
    const { node } = this.#member(id(from))
    const snapshot = node.log.snapshot
    if (snapshot === undefined) return 'no snapshot'
    const { term } = node.status()
    this.#inFlight.push({ kind: 'installSnapshot', from: id(from), to: id(to), term, snapshot })
    return ''
  }

  #processReady(name: NodeId): string {
    const member = this.#member(name)
    member.node.answerByLease(member.elapsedTicks)
    const ready = member.node.ready()
    const said = [printReady(ready)]
    this.#write(member, ready)
    this.#inFlight.push(...ready.messagesNow, ...ready.messages)
    if (ready.snapshot) member.state = new TextDecoder().decode(ready.snapshot.state)
    for (const entry of ready.committedEntries) {
      const wanted = changeOf(entry)
      if (wanted) {
        const configuration = member.node.applyChange(wanted)
        said.push(`${name} switched to ${printConfiguration(configuration)}`)
      } else if (entry.data.byteLength > 0) {
        member.state += `${new TextDecoder().decode(entry.data)};`
      }
      const { index, term } = entry
      const { configuration } = member.node
      const state = new TextEncoder().encode(member.state)
      member.node.setSnapshot({ index, term, configuration, state })
    }
    member.node.advance()
    return said.join('\n')
  }

  #write({ disk }: Member, { snapshot, entries, hardState }: RawReady): void {
    if (snapshot) {
      disk.snapshot = snapshot
      disk.entries = []
    }
    const first = entries[0]
    if (first) {
      disk.entries = [...disk.entries.filter(({ index }) => index < first.index), ...entries]
    }
    if (hardState) disk.hardState = hardState
  }

  #deliver(to: NodeId, only?: string): string {
    const arrives = (message: Message): boolean =>
      message.to === to && (only === undefined || message.kind === only)
    const arriving = this.#inFlight.filter(arrives)
    this.#inFlight = this.#inFlight.filter((message) => !arrives(message))
    const { node } = this.#member(to)
    return arriving
      .map((message) => {
        const problem = node.step(message)
        return `${printMessage(message)}${problem ? ` (${problem})` : ''}`
      })
      .join('\n')
  }

  #drop(to: NodeId): string {
    const lost = this.#inFlight.filter((message) => message.to === to)
    this.#inFlight = this.#inFlight.filter((message) => message.to !== to)
    return lost.map((message) => `dropped: ${printMessage(message)}`).join('\n')
  }

  #stabilize(nodes: NodeId[]): string {
    const said: string[] = []
    for (let rounds = 0; rounds < 100; rounds++) {
      const before = said.length
      for (const node of nodes) {
        const member = this.#member(node)
        member.node.answerByLease(member.elapsedTicks)
        if (!member.node.hasReady()) continue
        said.push(`> ${node} handles a Ready`, indented(this.#processReady(node)))
      }
      for (const node of nodes) {
        if (!this.#inFlight.some(({ to }) => to === node)) continue
        said.push(`> ${node} receives`, indented(this.#deliver(node)))
      }
      if (said.length === before) return said.join('\n')
    }
    throw new Error('The cluster does not come to rest.')
  }

  #printLog(name: NodeId): string {
    const { log } = this.#member(name).node
    const lines: string[] = [`${name}: from ${log.firstIndex}, committed ${log.committed}`]
    const end = toIndex(log.lastIndex + 1)
    for (const entry of log.slice(log.firstIndex, end, Number.MAX_SAFE_INTEGER)) {
      lines.push(`  ${printEntry(entry)}`)
    }
    return lines.join('\n')
  }

  #of(name: string, act: (node: RawNode) => unknown): string {
    const said = act(this.#member(id(name)).node)
    return typeof said === 'string' ? said : ''
  }

  #member(name: NodeId): Member {
    const member = this.#members.get(name)
    if (!member) throw new Error(`No node ${name}.`)
    return member
  }
}

function describe(node: RawNode): string {
  const { id: name, role, term, leader, votedFor, configuration, commit } = node.status()
  const votes = [...configuration.voters, ...configuration.outgoing].includes(name)
  const voter = votes ? 'voter' : 'no voter'
  return `${name}: ${role} (${voter}) term=${term} vote=${votedFor ?? '-'} leader=${leader ?? '-'} commit=${commit}`
}

function id(word: string): NodeId {
  return word.replace(/[()]/g, '') as NodeId
}

function repeat(times: number, act: () => void): void {
  for (let at = 0; at < times; at++) act()
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n')
}
