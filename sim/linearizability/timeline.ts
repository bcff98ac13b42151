/** Calls and answers in the order of time, as a list from which an operation can be lifted. */
import type { Operation } from './register.ts'

export interface TimelineEvent {
  readonly kind: 'call' | 'answer'
  /** Its place in the history. */
  readonly operation: number
  readonly next: TimelineEvent | undefined
}

export interface Timeline {
  first(): TimelineEvent | undefined
  call(operation: number): TimelineEvent
  /** Takes its call and its answer out. */
  lift(operation: number): void
  /** Puts the operation back that was lifted last. */
  putBack(operation: number): void
}

interface Link extends TimelineEvent {
  at: number
  previous: Link | undefined
  next: Link | undefined
}

export function createTimeline(operations: readonly Operation[]): Timeline {
  const calls: Link[] = []
  const answers = new Map<number, Link>()
  const links: Link[] = []
  for (const [operation, { calledAt, answeredAt }] of operations.entries()) {
    const call = link('call', operation, calledAt)
    calls.push(call)
    links.push(call)
    if (answeredAt === undefined) continue
    const answer = link('answer', operation, answeredAt)
    answers.set(operation, answer)
    links.push(answer)
  }
  // A call at the moment of an answer comes first: the two overlap.
  links.sort((a, b) => a.at - b.at || rank(a) - rank(b) || a.operation - b.operation)
  const head = link('call', -1, 0)
  let last = head
  for (const each of links) {
    each.previous = last
    last.next = each
    last = each
  }
  const call = (operation: number): Link => calls[operation] as Link

  return {
    first: () => head.next,
    call,
    lift(operation) {
      unlink(call(operation))
      const answer = answers.get(operation)
      if (answer) unlink(answer)
    },
    putBack(operation) {
      // The reverse order of `lift`, since the two may have been neighbours.
      const answer = answers.get(operation)
      if (answer) relink(answer)
      relink(call(operation))
    },
  }
}

function link(kind: Link['kind'], operation: number, at: number): Link {
  return { kind, operation, at, previous: undefined, next: undefined }
}

const rank = ({ kind }: Link): number => (kind === 'call' ? 0 : 1)

/** The link keeps its neighbours, so that it finds its place again (Knuth's dancing links). */
function unlink(each: Link): void {
  if (each.previous) each.previous.next = each.next
  if (each.next) each.next.previous = each.previous
}

function relink(each: Link): void {
  if (each.previous) each.previous.next = each
  if (each.next) each.next.previous = each
}
