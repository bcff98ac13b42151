import { expect, it } from 'vitest'
import { createSystemClock } from '../../base/clock/index.ts'
import { createSimNetwork, framed, type NodeId, questionOn } from '../../base/net/index.ts'
import { createSystemRandom } from '../../base/random/index.ts'
import type { Digest } from './index.ts'
import { FRAME_BYTES_MAX } from './limits.ts'
import { encodeMessage, frameReply } from './messages.ts'
import { openSession, type SessionEvents } from './session.ts'

const [ADA, BEN] = ['a', 'b'].map((digit) => digit.repeat(64)) as [NodeId, NodeId]
const DIGEST = `sha256:${'a'.repeat(64)}` as Digest

it.each(['absent', 'busy'] as const)('ends the stream both ways after “%s”', async (status) => {
  const clock = createSystemClock()
  const network = createSimNetwork({ clock, random: createSystemRandom() })
  const ended = Promise.withResolvers<unknown>()
  network.node(ADA).onStream('pieces/1', async (stream) => {
    await questionOn(stream, clock, FRAME_BYTES_MAX)
    await stream.write(framed(encodeMessage({ status })))
    if (status === 'busy') await stream.write(frameReply({ type: 'others', nodes: [ADA] }))
    // Ada never ends what it says.
    try {
      for await (const _ of stream);
      ended.resolve('one way alone')
    } catch {
      ended.resolve('both ways')
    }
  })
  const others: NodeId[] = []
  const events: SessionEvents = {
    onReceived() {},
    onPiece: async () => {},
    onGained() {},
    onRefused() {},
    onOthers: (nodes) => others.push(...nodes),
    onEnd() {},
  }
  const { signal } = new AbortController()
  const net = network.node(BEN)
  expect(await openSession({ net, clock }, ADA, DIGEST, events, signal)).toEqual({ status })
  expect(others).toEqual(status === 'busy' ? [ADA] : [])
  expect(await ended.promise).toBe('both ways')
})
