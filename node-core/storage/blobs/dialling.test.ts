import { expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import type { NetStream, NodeId } from '../../base/net/index.ts'
import { createDialling } from './dialling.ts'
import type { Digest } from './index.ts'
import { ANSWER_MS, BUSY_MS, SILENT_TRIES_MAX } from './limits.ts'

const [ADA, BEN] = ['a', 'b'].map((digit) => digit.repeat(64)) as [NodeId, NodeId]
const DIGEST = `sha256:${'a'.repeat(64)}` as Digest

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
}

/** A stream on which nothing comes until it is given up. */
function silence(): NetStream {
  const gone = Promise.withResolvers<never>()
  gone.promise.catch(() => {})
  const stream = {
    abort: gone.reject,
    write: async () => {},
    closeWrite: async () => {},
    async *[Symbol.asyncIterator]() {
      yield await gone.promise
    },
  }
  return stream as unknown as NetStream
}

function dial(openStream: () => Promise<NetStream>) {
  const clock = createSimClock()
  const idle: number[] = []
  let asked = 0
  const dialling = createDialling(
    {
      net: {
        openStream() {
          asked++
          return openStream()
        },
      },
      ...{ clock, logger: createSilentLogger(), self: BEN, digest: DIGEST },
      ...{ signal: new AbortController().signal, passedOver: () => false },
    },
    {
      onIdle: () => idle.push(clock.monotonicMs()),
      ...{ onSession() {}, onBusy() {}, onReceived() {}, onPiece: async () => {} },
      ...{ onGained() {}, onRefused() {}, onOthers() {}, onEnd() {} },
    },
  )
  dialling.name([ADA])
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await turns()
  }
  return { dialling, idle, pass, asked: () => asked }
}

it('asks one again that says nothing in time, and not for ever', async () => {
  const { dialling, idle, pass, asked } = dial(async () => silence())
  await turns()
  for (let times = 1; times <= SILENT_TRIES_MAX; times++) {
    expect(asked()).toBe(times)
    await pass(ANSWER_MS)
    expect(dialling.idle()).toBe(false)
    await pass(BUSY_MS)
  }
  expect(asked()).toBe(SILENT_TRIES_MAX + 1)
  expect(idle).toEqual([])
  await pass(ANSWER_MS)
  expect(idle).toHaveLength(1)
  await pass(BUSY_MS)
  expect(asked()).toBe(SILENT_TRIES_MAX + 1)
})

it('does so too where not even a stream opens in time, and leaves one that refuses', async () => {
  const late = dial(() => Promise.reject(new MyceliumError('NET_TIMEOUT', 'It is late.')))
  await turns()
  await late.pass(BUSY_MS)
  expect(late.asked()).toBe(2)

  const refused = dial(() => Promise.reject(new MyceliumError('NET_REFUSED', 'It says no.')))
  await turns()
  await refused.pass(BUSY_MS)
  expect(refused.asked()).toBe(1)
  expect(refused.idle).toHaveLength(1)
})
