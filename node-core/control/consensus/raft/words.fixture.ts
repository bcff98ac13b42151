/** Raft's values in the words of the scripts. */
import { unreachable } from '../../../base/errors/index.ts'
import type { Configuration, ConfigurationChange } from './configuration.ts'
import { changeOf, type Entry, type EntryDraft } from './entries.ts'
import type { Message } from './messages.ts'
import type { RawReady } from './raw-node.ts'
import type { Snapshot } from './snapshot.ts'
import type { RaftStatus } from './status.ts'

export function printReady(ready: RawReady): string {
  const lines: string[] = [`must sync: ${ready.mustSync ? 'yes' : 'no'}`]
  const { softState, hardState, snapshot } = ready
  if (softState) lines.push(`leader=${softState.leader ?? '-'} role=${softState.role}`)
  if (hardState) {
    const { term, votedFor, commit } = hardState
    lines.push(`hard state: term=${term} vote=${votedFor ?? '-'} commit=${commit}`)
  }
  if (snapshot) lines.push(`snapshot: ${printSnapshot(snapshot)}`)
  if (ready.entries.length > 0) lines.push(`entries: ${printEntries(ready.entries)}`)
  if (ready.committedEntries.length > 0) {
    lines.push(`committed: ${printEntries(ready.committedEntries)}`)
  }
  for (const { context, index } of ready.readStates) lines.push(`read ${context} at ${index}`)
  for (const message of ready.messagesNow) lines.push(`now ${printMessage(message)}`)
  for (const message of ready.messages) lines.push(printMessage(message))
  return lines.join('\n')
}

export function printMessage(message: Message): string {
  return `${message.from}->${message.to} ${message.kind} term=${message.term}${details(message)}`
}

function details(message: Message): string {
  switch (message.kind) {
    case 'appendEntries': {
      const entries = message.entries.length > 0 ? ` ${printEntries(message.entries)}` : ''
      const prev = `${message.prevLogTerm}/${message.prevLogIndex}`
      return ` prev=${prev} commit=${message.leaderCommit}${entries}`
    }
    case 'appendEntriesReply': {
      const { index, rejected, hintIndex, hintTerm } = message
      return rejected ? ` rejected=${index} hint=${hintTerm}/${hintIndex}` : ` match=${index}`
    }
    case 'requestVote':
    case 'preVote': {
      const { lastLogTerm, lastLogIndex, transfer } = message
      return ` last=${lastLogTerm}/${lastLogIndex}${transfer ? ' transfer' : ''}`
    }
    case 'requestVoteReply':
    case 'preVoteReply':
      if (!message.rejected) return ' granted'
      return ` rejected commit=${message.committedTerm}/${message.committedIndex}`
    case 'heartbeat':
      return ` commit=${message.leaderCommit}${message.context ? ` read=${message.context}` : ''}`
    case 'heartbeatReply':
      return message.context ? ` read=${message.context}` : ''
    case 'installSnapshot':
      return ` ${printSnapshot(message.snapshot)}`
    case 'propose':
      return ` [${message.entries.map(printDraft).join(', ')}]`
    case 'readIndex':
      return ` ${message.context}`
    case 'readIndexReply':
      return ` ${message.context} at ${message.index}`
    case 'transferLeader':
      return ` to ${message.transferee}`
    case 'timeoutNow':
      return ''
    default:
      return unreachable(message)
  }
}

export function printEntry(entry: Entry): string {
  return `${entry.term}/${entry.index} ${printDraft(entry)}`
}

export function printConfiguration(configuration: Configuration): string {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration
  const joint = outgoing.length > 0 ? `&&(${outgoing.join(' ')})` : ''
  return [
    `voters=(${voters.join(' ')})${joint}`,
    learners.length > 0 ? `learners=(${learners.join(' ')})` : '',
    learnersNext.length > 0 ? `learners-next=(${learnersNext.join(' ')})` : '',
    autoLeave ? 'auto-leave' : '',
  ]
    .filter((part) => part !== '')
    .join(' ')
}

export function printStatus(status: RaftStatus): string {
  return status.progress
    .map((progress) => {
      const { node, state, matchIndex, nextIndex } = progress
      return [
        `${node}: ${state} match=${matchIndex} next=${nextIndex}`,
        progress.isLearner ? 'learner' : '',
        progress.paused ? 'paused' : '',
        progress.pendingSnapshot > 0 ? `snapshot=${progress.pendingSnapshot}` : '',
        progress.recentActive ? '' : 'inactive',
        progress.inflight > 0 ? `inflight=${progress.inflight}` : '',
        progress.inflightFull ? 'full' : '',
      ]
        .filter((part) => part !== '')
        .join(' ')
    })
    .join('\n')
}

const printEntries = (entries: readonly Entry[]): string =>
  `[${entries.map(printEntry).join(', ')}]`

function printDraft(entry: EntryDraft): string {
  const wanted = changeOf(entry)
  if (wanted) return `${entry.kind} ${printChange(wanted)}`.trimEnd()
  return `"${new TextDecoder().decode(entry.data)}"`
}

function printChange({ transition, changes }: ConfigurationChange): string {
  if (changes.length === 0) return 'leave'
  const letters = { addVoter: 'v', addLearner: 'l', remove: 'r' }
  return `${transition} ${changes.map(({ type, node }) => `${letters[type]}${node}`).join(' ')}`
}

function printSnapshot({ index, term, configuration }: Snapshot): string {
  return `${term}/${index} ${printConfiguration(configuration)}`
}
