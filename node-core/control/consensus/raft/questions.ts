/**
 * Reads that callers wait for. Whatever was asked since the last Ready goes as one question, and is
 * lost together when the lead changes or no answer comes.
 */
import type { NodeId } from '../../../base/net/index.ts'
import type { ReadId, ReadResult } from '../index.ts'
import { READ_TICKS_MAX, READS_WAITING_MAX } from './limits.ts'
import type { Term } from './positions.ts'
import type { ReadState } from './read-only.ts'

export interface Lead {
  readonly leader: NodeId | undefined
  readonly term: Term
}

interface Question extends Lead {
  readonly ids: readonly ReadId[]
  ticksLeft: number
}

export class Questions {
  /** Tells this life of this node from others, so that no answer is taken for another's. */
  readonly #life: string
  #count = 0
  #waiting: ReadId[] = []
  #asked = new Map<string, Question>()
  #askedIds = 0
  #results: ReadResult[] = []

  constructor(life: string) {
    this.#life = life
  }

  add(id: ReadId): void {
    if (this.#waiting.length + this.#askedIds >= READS_WAITING_MAX) this.#lose([id])
    else this.#waiting.push(id)
  }

  /** Asks for all that wait; `ask` says whether anybody can be asked. */
  flush(lead: Lead, ask: (context: string) => boolean): void {
    const ids = this.#waiting
    if (ids.length === 0) return
    this.#waiting = []
    this.#count++
    const context = `${this.#life}.${this.#count}`
    if (!ask(context)) {
      this.#lose(ids)
      return
    }
    this.#asked.set(context, { ...lead, ids, ticksLeft: READ_TICKS_MAX })
    this.#askedIds += ids.length
  }

  answered({ context, index }: ReadState): void {
    for (const id of this.#take(context)) this.#results.push({ id, index })
  }

  /** Another leader, or this one in another term, knows nothing of what was asked before. */
  leadIs(lead: Lead): void {
    for (const [context, { leader, term }] of this.#asked) {
      if (leader !== lead.leader || term !== lead.term) this.#lose(this.#take(context))
    }
  }

  tick(): void {
    for (const [context, question] of this.#asked) {
      question.ticksLeft--
      if (question.ticksLeft <= 0) this.#lose(this.#take(context))
    }
  }

  take(): ReadResult[] {
    const results = this.#results
    this.#results = []
    return results
  }

  #take(context: string): readonly ReadId[] {
    const ids = this.#asked.get(context)?.ids ?? []
    this.#asked.delete(context)
    this.#askedIds -= ids.length
    return ids
  }

  #lose(ids: readonly ReadId[]): void {
    for (const id of ids) this.#results.push({ id, index: undefined })
  }
}
