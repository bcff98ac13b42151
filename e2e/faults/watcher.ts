/** Somebody who watches through one node, and takes the watch up again where it broke off. */
import { setTimeout as wait } from 'node:timers/promises'
import type { WatchedChange } from '../../sim/linearizability/index.ts'
import type { TestNode } from '../harness/node-process.ts'

export interface Watcher {
  readonly changes: readonly WatchedChange[]
  /** How often it had to begin again. */
  readonly begun: number
  stop(): Promise<void>
}

interface Told {
  type?: 'put' | 'delete'
  key: string
  revision: number
  entry?: { value: string }
  /** Of an answer that ends the watch. */
  code?: string
}

const AGAIN_MS = 200

export function startWatcher(node: TestNode, prefix: string): Watcher {
  const changes: WatchedChange[] = []
  const stopping = new AbortController()
  let begun = 0
  let next = 1

  function take({ type, key, revision, entry, code }: Told): void {
    if (type !== 'put') throw new Error(`${node.name} tells a watcher: ${code ?? type}`)
    changes.push({ revision, key, value: Buffer.from(entry?.value ?? '', 'base64').toString() })
    next = revision + 1
  }

  async function watchOnce(): Promise<void> {
    const route = `/api/watch?prefix=${encodeURIComponent(prefix)}&from=${next}`
    const response = await node.open(route, stopping.signal)
    if (response.status !== 200 || !response.body) return
    begun++
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^data: ?(.*)$/m.exec(block)?.[1]
        if (data !== undefined) take(JSON.parse(data) as Told)
      }
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await watchOnce().catch((error: unknown) => {
        // A node that dies ends the watch; what it tells wrongly ends the run.
        if (error instanceof Error && error.message.includes('tells a watcher')) throw error
      })
      await wait(AGAIN_MS)
    }
  }

  const running = run()
  running.catch(() => {})
  return {
    changes,
    get begun() {
      return begun
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
