/** One client at one door, whose every write is timed while something else goes on. */
import { setTimeout } from 'node:timers/promises'
import type { Called, TestNode } from './node-process.ts'

/** What was asked while one thing went on. */
export interface Stretch {
  tookMs: number[]
  /** Of questions beside the writes that the node answers by itself: how quick this computer is. */
  aloneMs: number[]
}

export interface Writer {
  /** What goes on from here on; times are kept under what went on when it was asked. */
  during(what: string): void
  readonly stretches: ReadonlyMap<string, Stretch>
  /** What was not acknowledged. */
  readonly failed: unknown[]
  end(): Promise<void>
}

/** One write after the other, and a breath between them. */
export function startWriter(node: TestNode, key: string): Writer {
  const stretches = new Map<string, Stretch>()
  const failed: unknown[] = []
  let current: Stretch = { tookMs: [], aloneMs: [] }
  let stopped = false
  const working = (async () => {
    for (let at = 0; !stopped; at++) {
      const value = Buffer.from(`${at}`).toString('base64')
      const { tookMs, aloneMs } = current
      const { status, body } = await timed(tookMs, node.call('PUT', `/api/kv/${key}`, { value }))
      if (status !== 200) failed.push(body)
      await timed(aloneMs, node.call('GET', `/api/kv/${key}?consistency=stale`))
      await setTimeout(5)
    }
  })()
  return {
    during(what) {
      current = stretches.get(what) ?? { tookMs: [], aloneMs: [] }
      stretches.set(what, current)
    },
    stretches,
    failed,
    end() {
      stopped = true
      return working
    },
  }
}

/** How long it takes until it is answered. */
async function timed(of: number[], asked: Promise<Called>): Promise<Called> {
  const since = performance.now()
  const answer = await asked
  of.push(performance.now() - since)
  return answer
}
