/**
 * One `Ready`, carried out effect by effect in the contract's order. Every `yield` is a moment at
 * which the machine may die, before the effect that it names.
 */
import type {
  Checkpoint,
  CommittedEntry,
  Engine,
  Fate,
  Outgoing,
  ReadResult,
  Ready,
  StateSnapshot,
} from '../../node-core/control/consensus/index.ts'

export type Effect =
  | 'sendNow'
  | 'append'
  | 'sync'
  | 'send'
  | 'restore'
  | 'apply'
  | 'answer'
  | 'tellFate'
  | 'advance'

export const EFFECTS: readonly Effect[] = [
  ...(['sendNow', 'append', 'sync', 'send', 'restore'] as const),
  ...(['apply', 'answer', 'tellFate', 'advance'] as const),
]

export interface EffectDoors {
  send(outgoing: Outgoing): void
  /** False if the disk is full: the machine stops. */
  append(records: readonly Uint8Array[]): boolean
  /** False if the disk failed: nobody knows what is on it, and the machine stops. */
  sync(): boolean
  restore(snapshot: StateSnapshot): void
  apply(entry: CommittedEntry): void
  answer(read: ReadResult): void
  tellFate(fate: Fate): void
  /** What was applied by now is a state that the engine wants taken. */
  reach(checkpoint: Checkpoint): void
}

/** Ends with whether the machine lives on. */
export function* perform(
  engine: Engine,
  ready: Ready,
  doors: EffectDoors,
): Generator<Effect, 'goesOn' | 'diskFull' | 'syncFailed', void> {
  for (const outgoing of ready.messagesNow) {
    yield 'sendNow'
    doors.send(outgoing)
  }
  if (ready.records.length > 0) {
    yield 'append'
    if (!doors.append(ready.records)) return 'diskFull'
  }
  if (ready.mustSync) {
    yield 'sync'
    if (!doors.sync()) return 'syncFailed'
  }
  for (const outgoing of ready.messages) {
    yield 'send'
    doors.send(outgoing)
  }
  if (ready.snapshot) {
    yield 'restore'
    doors.restore(ready.snapshot)
  }
  for (const entry of ready.committed) {
    yield 'apply'
    doors.apply(entry)
  }
  for (const read of ready.reads) {
    yield 'answer'
    doors.answer(read)
  }
  for (const fate of ready.fates) {
    yield 'tellFate'
    doors.tellFate(fate)
  }
  if (ready.checkpoint !== undefined) doors.reach(ready.checkpoint)
  yield 'advance'
  engine.advance()
  return 'goesOn'
}
