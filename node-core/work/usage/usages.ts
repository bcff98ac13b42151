import { MyceliumError, messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import type { Usage } from '../runners/index.ts'
import type { InstanceUsage, Usages, UsagesDeps } from './index.ts'
import {
  USAGE_ANSWER_MS,
  USAGE_BYTES_MAX,
  USAGE_FRESH_MS,
  USAGE_QUESTION_BYTES_MAX,
} from './limits.ts'
import { parseUsages, usagesBytes } from './messages.ts'

interface Reading {
  atMs: number
  at: string
  usages: Promise<Usage[]>
}

export function createUsages(deps: UsagesDeps): Usages {
  const { net, view, clock, logger } = deps
  let last: Reading | undefined
  let stopAnswering: (() => void) | undefined

  function read(): Reading {
    const nowMs = clock.monotonicMs()
    if (last && nowMs - last.atMs < USAGE_FRESH_MS) return last
    const all = deps.runners.map((runner) =>
      runner.usage().catch((error) => {
        // An engine that is away runs nothing that could be told of.
        logger.debug('A runner does not tell what its instances use', { error })
        return []
      }),
    )
    const usages = Promise.all(all).then((each) => each.flat())
    last = { atMs: nowMs, at: new Date(clock.wallMs()).toISOString(), usages }
    return last
  }

  async function here(): Promise<InstanceUsage[]> {
    const { at, usages } = read()
    return (await usages).map((usage) => ({ ...usage, node: net.self, at }))
  }

  async function at(node: NodeId): Promise<InstanceUsage[]> {
    if (node === net.self) return here()
    try {
      const options = { timeoutMs: USAGE_ANSWER_MS, answerBytesMax: USAGE_BYTES_MAX }
      const answer = await net.request(node, 'usage/1', new Uint8Array(0), options)
      const { usages, ageMs } = parseUsages(answer)
      // By this node's clock: the other's may be wrong.
      const at = new Date(clock.wallMs() - ageMs).toISOString()
      return usages.map((usage) => ({ ...usage, node, at }))
    } catch (error) {
      logger.debug('A node does not tell what its instances use', {
        node,
        reason: messageOf(error),
      })
      return []
    }
  }

  return {
    here,
    async of(workload) {
      const own = view.instances().filter((one) => one.workload === workload)
      // A node speaks for the instances that it runs and for no others.
      const runs = new Set(own.map(({ id, node }) => `${node}/${id}`))
      const told = await Promise.all([...new Set(own.map(({ node }) => node))].map(at))
      return told.flat().filter(({ id, node }) => runs.has(`${node}/${id}`))
    },
    async start() {
      stopAnswering ??= net.onRequest(
        'usage/1',
        async (_, peer) => {
          if (!deps.mayUse(peer))
            throw new MyceliumError('FORBIDDEN', 'You may not use this network.')
          const reading = read()
          const usages = await reading.usages
          return usagesBytes(usages, clock.monotonicMs() - reading.atMs)
        },
        { requestBytesMax: USAGE_QUESTION_BYTES_MAX },
      )
    },
    async stop() {
      stopAnswering?.()
      stopAnswering = undefined
    },
  }
}
