/**
 * Fewer messages for the same news. Between engines only: `RawNode` says everything that the paper
 * says, one message for each thing.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { LogIndex } from '../index.ts'
import type { Message } from './messages.ts'
import { INDEX_ZERO } from './positions.ts'

/** What is to be said to whom, in order. `holds`: whether a peer has said that it has that entry. */
export function sparing(
  messages: readonly Message[],
  holds: (peer: NodeId, index: LogIndex) => boolean,
): Message[] {
  const kept: Message[] = []
  const lastTo = new Map<NodeId, number>()
  for (const message of messages) {
    if (answersNews(message)) continue
    const place = lastTo.get(message.to)
    const before = place === undefined ? undefined : kept[place]
    if (place !== undefined && before && saysAll(message, before)) {
      kept[place] = message
    } else {
      lastTo.set(message.to, kept.length)
      kept.push(message)
    }
  }
  return kept.map((message) => asNews(message, holds))
}

/** Whether `message` leaves nothing of what `before`, sent just before it, says. */
function saysAll(message: Message, before: Message): boolean {
  if (message.term !== before.term) return false
  if (message.kind === 'appendEntriesReply' && before.kind === 'appendEntriesReply') {
    // Raft figure 2: a follower that matches up to an entry matches up to all before it.
    return !message.rejected && !before.rejected && message.index >= before.index
  }
  return (
    message.kind === 'appendEntries' &&
    before.kind === 'appendEntries' &&
    before.entries.length === 0 &&
    message.prevLogIndex === before.prevLogIndex &&
    message.prevLogTerm === before.prevLogTerm &&
    message.leaderCommit >= before.leaderCommit
  )
}

/**
 * An append without entries, to a follower that has acknowledged all there is, tells how far the log
 * is committed and learns nothing from its answer. As a heartbeat of no tick it is given none.
 */
function asNews(message: Message, holds: (peer: NodeId, index: LogIndex) => boolean): Message {
  if (message.kind !== 'appendEntries' || message.entries.length > 0) return message
  const { from, to, term, leaderCommit, prevLogIndex } = message
  if (leaderCommit > prevLogIndex || !holds(to, prevLogIndex)) return message
  return { kind: 'heartbeat', from, to, term, leaderCommit, context: '', tick: INDEX_ZERO }
}

/** A real heartbeat is sent at a tick, from the first on, or asks on behalf of a read. */
function answersNews(message: Message): boolean {
  return message.kind === 'heartbeatReply' && message.tick === INDEX_ZERO && message.context === ''
}
