import type { Logger } from '@libp2p/interface'
import { StreamState, YamuxStream } from '@libp2p/yamux/stream'
import { expect, it } from 'vitest'
import { STREAM_WINDOW_BYTES } from './limits.ts'
import { grantByHalves } from './stream-window.ts'

const quiet = (): Logger =>
  Object.assign(() => {}, { trace() {}, error() {}, enabled: false, newScope: quiet })

/** A stream, what it grants its peer, and a peer that sends as much as it may. */
function makeStream(state: StreamState) {
  const grants: number[] = []
  const common = { id: '1', streamId: 1, protocol: 'x/1', log: quiet(), getRTT: () => -1 }
  const stream = new YamuxStream({
    ...{ ...common, state, direction: 'inbound' },
    sendFrame(header) {
      grants.push(header.length)
      peer.handleWindowUpdate({ header })
      return true
    },
  })
  const peer = new YamuxStream({
    ...{ ...common, state: StreamState.Established, direction: 'outbound' },
    sendFrame(header, data) {
      if (data) stream.handleData({ header, data })
      return true
    },
  })
  grantByHalves(stream)
  const receive = (sizeBytes: number): void => {
    peer.send(new Uint8Array(sizeBytes))
  }
  return { stream, grants, receive }
}

it('grants half a window at once, and in the end all that came', () => {
  const { grants, receive } = makeStream(StreamState.Established)
  const piece = STREAM_WINDOW_BYTES / 64
  for (let count = 0; count < 31; count++) receive(piece)
  expect(grants).toEqual([])
  receive(piece)
  expect(grants).toEqual([STREAM_WINDOW_BYTES / 2])
  for (let count = 0; count < 320; count++) receive(piece)
  expect(grants).toEqual(Array.from({ length: 11 }, () => STREAM_WINDOW_BYTES / 2))
})

it('says at once what opens a stream', () => {
  const { grants, stream, receive } = makeStream(StreamState.SYNReceived)
  stream.sendWindowUpdate()
  expect(grants).toEqual([0])
  receive(1)
  expect(grants).toEqual([0])
})

it('grants after a pause what came before it', () => {
  const { grants, stream, receive } = makeStream(StreamState.Established)
  stream.addEventListener('message', () => stream.pause(), { once: true })
  receive(STREAM_WINDOW_BYTES)
  expect(grants).toEqual([])
  stream.resume()
  expect(grants).toEqual([STREAM_WINDOW_BYTES])
})

it('grants what a pause kept back, once it was handed over', () => {
  const { grants, stream, receive } = makeStream(StreamState.Established)
  stream.pause()
  receive(STREAM_WINDOW_BYTES / 2)
  expect(grants).toEqual([])
  stream.resume()
  expect(grants).toEqual([STREAM_WINDOW_BYTES / 2])
})
