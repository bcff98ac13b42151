/** The shell: finds by their labels what no network of this home wants, and ends it. */
import { type Looking, looking } from '../../base/clock/index.ts'
import { isCode, messageOf } from '../../base/errors/index.ts'
import type { NodeContainer } from '../runners/container/index.ts'
import type { Leftovers, LeftoversDeps } from './index.ts'
import { END_AGAIN_MS, ENGINE_AGAIN_MS, LEFTOVERS_SELDOM_MS } from './limits.ts'

export function createLeftovers(deps: LeftoversDeps): Leftovers {
  const { containers, clock } = deps
  const logger = deps.logger.child('leftovers')
  let watching: Looking | undefined
  let stays: NodeContainer[] = []
  let againMs = Number.NEGATIVE_INFINITY
  /** Somebody wanted it ended, and the engine was away. */
  let isOwed = false
  let underway: Promise<NodeContainer[]> | undefined

  async function isLeft(network: string): Promise<boolean> {
    return (await deps.network())?.id !== network
  }

  async function endOne(one: NodeContainer): Promise<void> {
    // Asked anew of each: this computer may have come back to that network a moment ago.
    if (!(await isLeft(one.network))) return
    await containers.end(one)
    logger.info('What ran for a network that this computer has left was ended', {
      ...{ name: one.name, network: one.network },
    })
  }

  async function endAll(): Promise<NodeContainer[]> {
    // Listed before the home is asked: what runs for a network is started after the home is in it.
    const found = await containers.list()
    const failed: NodeContainer[] = []
    await Promise.all(
      found.map((one) =>
        endOne(one).catch((error: unknown) => {
          logger.warn('What ran for a network that this computer has left goes on', {
            ...{ name: one.name, why: messageOf(error) },
          })
          failed.push(one)
        }),
      ),
    )
    stays = failed
    isOwed = failed.length > 0
    againMs = clock.monotonicMs() + END_AGAIN_MS
    await dropNetworks()
    return failed
  }

  async function dropNetworks(): Promise<void> {
    for (const network of await containers.networks()) {
      if (await isLeft(network)) await containers.dropNetworks(network)
    }
  }

  /** Whoever asks meanwhile gets the same answer: two would only stand in each other's way. */
  function end(): Promise<NodeContainer[]> {
    underway ??= endAll().finally(() => {
      underway = undefined
    })
    return underway
  }

  async function look(): Promise<boolean> {
    // It was asked to end, and did not: no reason to ask as often as whether the engine is back.
    if (stays.length > 0 && clock.monotonicMs() < againMs) return true
    try {
      await end()
    } catch (error) {
      if (!isCode(error, 'ENGINE_UNAVAILABLE')) throw error
    }
    return isOwed
  }

  return {
    async end() {
      isOwed = true
      try {
        return await end()
      } finally {
        if (isOwed) watching?.soon()
      }
    },
    trouble() {
      if (stays.length === 0) return undefined
      const names = stays.map(({ name }) => name).sort()
      const message =
        `What ran here for a network that this computer has left does not end: ${names.join(', ')}. ` +
        'This node tries again every minute.'
      return { code: 'LEFTOVERS', message }
    },
    async start() {
      if (watching) return
      const gaps = { gapMs: ENGINE_AGAIN_MS, seldomMs: LEFTOVERS_SELDOM_MS }
      watching = looking(clock, gaps, look, (error) => {
        logger.warn('A look at what is left running failed', { why: messageOf(error) })
      })
      watching.soon()
    },
    async stop() {
      await watching?.stop()
      watching = undefined
    },
  }
}
