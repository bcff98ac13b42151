/**
 * Clients at the doors of every node, who put, compare and set, and read the same few keys as fast as
 * they are answered. All that they asked and heard is kept: each value is written by one call only.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { createSeededRandom, type Random } from '../../node-core/base/random/index.ts'
import type { Operation, Value, Written } from '../../sim/linearizability/index.ts'
import type { Called, TestNode } from '../harness/node-process.ts'

export interface Crowd {
  /** Other keys from now on, so that no key's history grows long. */
  turnTo(round: number): void
  /** How many writes asked for since then have been acknowledged, at these nodes or anywhere. */
  wroteSince(ms: number, at?: readonly TestNode[]): number
  /** Once everybody has heard, or given up. */
  stop(): Promise<void>
  /** Reads every key that was ever written, at that node. */
  readAll(node: TestNode): Promise<void>
  readonly history: readonly Operation[]
  readonly writes: readonly Written[]
  readonly counts: Readonly<Record<string, number>>
}

export interface CrowdOptions {
  nodes: readonly TestNode[]
  seed: number
  clientsPerNode?: number
  /** Between an answer and the next question, at most. */
  thinkMsMax?: number
}

/** What keys begin with; watchers watch it. */
export const PREFIX = 'load/'
const KEYS = ['x', 'y', 'z']
/** While the node of a client is down. */
const AGAIN_MS = 100

/** What a client saw of a key last. */
interface Seen {
  value: Value
  revision: number
}

export function startCrowd(options: CrowdOptions): Crowd {
  const { nodes, seed, clientsPerNode = 4, thinkMsMax = 30 } = options
  const history: Operation[] = []
  const writes: Written[] = []
  const counts: Record<string, number> = {}
  const keys = new Set<string>()
  let round = 0
  let open = true
  let values = 0
  const acknowledged: { node: TestNode; askedMs: number }[] = []

  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }

  async function client(node: TestNode, name: string, random: Random): Promise<void> {
    const seen = new Map<string, Seen>()
    while (open) {
      await wait(random.int(thinkMsMax + 1))
      const key = `${PREFIX}${round}/${KEYS[random.int(KEYS.length)]}`
      const kind = random.int(10)
      const heard =
        kind < 4
          ? await read(node, name, key, seen)
          : await write(node, name, key, kind < 7 ? (seen.get(key) ?? 'unseen') : undefined)
      if (!heard) await wait(AGAIN_MS)
    }
  }

  async function read(node: TestNode, name: string, key: string, seen: Map<string, Seen>) {
    const calledAt = performance.now()
    const answer = await ask(() => node.call('GET', `/api/kv/${key}`))
    if (typeof answer === 'string') return count(`read: ${answer}`)
    if (answer.status !== 200 && answer.status !== 404) return count(`read: ${codeOf(answer)}`)
    const found = answer.status === 200 ? seenIn(answer.body) : { value: undefined, revision: 0 }
    seen.set(key, found)
    count('read')
    const span = { client: name, key, calledAt, answeredAt: performance.now() }
    return history.push({ ...span, kind: 'read', value: found.value })
  }

  /** Compares where it is told with what. */
  async function write(
    node: TestNode,
    name: string,
    key: string,
    seen: Seen | 'unseen' | undefined,
  ) {
    const expected = seen === 'unseen' ? { value: undefined, revision: 0 } : seen
    const value = `${name}.${values++}`
    const calledAt = performance.now()
    const headers = expected && { 'if-match': String(expected.revision) }
    const body = { value: Buffer.from(value).toString('base64') }
    const answer = await ask(() => node.call('PUT', `/api/kv/${key}`, body, headers))
    // Nobody took the question.
    if (answer === 'closed') return count('write: closed')
    const outcome = outcomeOf(answer)
    const answeredAt = outcome === 'unknown' ? undefined : performance.now()
    const span = { client: name, key, calledAt, answeredAt, value }
    const swapped = outcome === 'unknown' ? undefined : outcome === 'acknowledged'
    if (expected) history.push({ ...span, kind: 'cas', expected: expected.value, swapped })
    else history.push({ ...span, kind: 'put' })
    const revision = typeof answer !== 'string' && seenIn(answer.body).revision
    writes.push({
      key,
      value,
      outcome,
      ...(outcome === 'acknowledged' && revision && { revision }),
    })
    keys.add(key)
    count(`write: ${outcome === 'unknown' ? codeOf(answer) : outcome}`)
    if (outcome === 'acknowledged') acknowledged.push({ node, askedMs: calledAt })
    return outcome !== 'unknown'
  }

  const clients = nodes.flatMap((node, at) =>
    Array.from({ length: clientsPerNode }, (_, n) =>
      client(node, `${node.name}${n}`, createSeededRandom(seed + at * clientsPerNode + n)),
    ),
  )
  // Told by `stop`, which waits for all.
  for (const each of clients) each.catch(() => {})
  return {
    ...{ history, writes, counts },
    turnTo(next) {
      round = next
    },
    wroteSince: (ms, at = nodes) =>
      acknowledged.filter(({ node, askedMs }) => askedMs > ms && at.includes(node)).length,
    async stop() {
      open = false
      await Promise.all(clients)
    },
    async readAll(node) {
      for (const key of keys) {
        if (!(await read(node, `last.${node.name}`, key, new Map()))) {
          throw new Error(`${node.name} does not answer for ${key}.`)
        }
      }
    },
  }
}

/** closed: there was nobody to ask. cut: there was, and then not. */
async function ask(call: () => Promise<Called>): Promise<Called | 'closed' | 'cut'> {
  try {
    return await call()
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    return cause?.code === 'ECONNREFUSED' ? 'closed' : 'cut'
  }
}

function outcomeOf(answer: Called | 'cut'): Written['outcome'] {
  if (answer === 'cut' || answer.status === 503) return 'unknown'
  if (answer.status === 200) return 'acknowledged'
  if (answer.status === 409) return 'refused'
  throw new Error(`A write was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
}

function codeOf(answer: Called | 'cut'): string {
  if (answer === 'cut') return answer
  return String((answer.body as { code?: string })?.code ?? answer.status)
}

function seenIn(body: unknown): Seen {
  const { value, revision } = body as { value?: string; revision?: number }
  return { value: Buffer.from(value ?? '', 'base64').toString(), revision: revision ?? 0 }
}
