import { z } from 'zod'
import { every } from '../../base/clock/index.ts'
import { decode, encode } from '../../base/codec/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { NodeId } from '../../base/net/index.ts'
import { shuffle } from '../../base/random/index.ts'
import type { Clocks, ClocksDeps } from './index.ts'
import { judgeClocks } from './judging.ts'
import {
  CLOCK_ANSWER_BYTES_MAX,
  CLOCK_ASK_MS,
  CLOCK_OFF_MS,
  CLOCK_TIMEOUT_MS,
  CLOCKS_ASKED_MAX,
} from './limits.ts'

const PROTOCOL = 'clock/1'
const NO_BYTES = new Uint8Array(0)
const time = z.int().min(0)

/** What somebody showed, and how this computer's own clock stood to what passes. */
interface Shown {
  aheadMs: number
  setMs: number
}

export function createClocks(deps: ClocksDeps): Clocks {
  const { net, clock, random, logger } = deps
  const shown = new Map<NodeId, Shown>()
  let stopping = new AbortController()
  let stopAsking: (() => Promise<void>) | undefined
  let unsubscribe = (): void => {}

  /** Another one once the clock was set, or the computer has slept: what was heard before says nothing then. */
  const setNow = (): number => clock.wallMs() - clock.monotonicMs()
  const isFresh = ({ setMs }: Shown): boolean => Math.abs(setNow() - setMs) < CLOCK_OFF_MS / 4

  async function ask(peer: NodeId): Promise<void> {
    const sentMs = clock.monotonicMs()
    const asked = net.request(peer, PROTOCOL, NO_BYTES, {
      ...{ signal: stopping.signal, timeoutMs: CLOCK_TIMEOUT_MS },
      answerBytesMax: CLOCK_ANSWER_BYTES_MAX,
    })
    // Away, or of a release that does not know the question.
    const theirMs = await asked.then(parseTime, () => undefined)
    if (theirMs === undefined || !net.peers().includes(peer)) return
    const thenMs = clock.wallMs() - (clock.monotonicMs() - sentMs) / 2
    shown.set(peer, { aheadMs: theirMs - thenMs, setMs: setNow() })
  }

  async function askSome(): Promise<void> {
    const some = shuffle(random, net.peers()).slice(0, CLOCKS_ASKED_MAX)
    await Promise.all(some.map(ask))
  }

  function hearOf(peer: NodeId, change: 'up' | 'down'): void {
    if (change === 'down') shown.delete(peer)
    else if (shown.size < CLOCKS_ASKED_MAX) void ask(peer)
  }

  const stopAnswering = net.onRequest(PROTOCOL, () => encode(clock.wallMs()), {
    requestBytesMax: 1,
  })

  return {
    verdict() {
      const fresh = [...shown].filter(([, one]) => isFresh(one))
      return judgeClocks(net.self, new Map(fresh.map(([peer, { aheadMs }]) => [peer, aheadMs])))
    },
    async start() {
      if (stopAsking) return
      stopping = new AbortController()
      unsubscribe = net.onPeer(hearOf)
      for (const peer of net.peers()) hearOf(peer, 'up')
      stopAsking = every(clock, CLOCK_ASK_MS, askSome, (error) => {
        logger.warn('Others cannot be asked for the time.', { error: messageOf(error) })
      })
    },
    async stop() {
      unsubscribe()
      stopAnswering()
      stopping.abort()
      await stopAsking?.()
      stopAsking = undefined
    },
  }
}

function parseTime(body: Uint8Array): number | undefined {
  try {
    return time.safeParse(decode(body)).data
  } catch {
    // Not what was asked for.
    return undefined
  }
}
