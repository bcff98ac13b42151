import { expect, test } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createSilentLogger } from '../../base/log/index.ts'
import { parseWorkload } from '../spec/index.ts'
import { createAsker } from './probe-asking.ts'
import { probingOf } from './probing.ts'

const probes = { live: { kind: 'command', command: ['well'], timeoutMs: 2_000 } }
const { parts } = parseWorkload({ name: 'web', bundle: `sha256:${'ab'.repeat(32)}`, probes })
const LOCAL = { id: 'web-0', address: undefined, ports: {} }

function asking() {
  const clock = createSimClock()
  const begun: { end(exitCode: number): void; signal: AbortSignal | undefined }[] = []
  const runner = {
    listens: async () => undefined,
    exec: (_: string, { signal }: { signal?: AbortSignal }) =>
      new Promise<number>((end) => begun.push({ end, signal })),
  }
  const probe = () => Promise.resolve(false)
  const ask = createAsker({ runner, probe, clock, logger: createSilentLogger() })
  const [watched] = probingOf(parts, 0)
  if (!watched) throw new Error('nothing is watched')
  return {
    clock,
    begun,
    ask: (signal = new AbortController().signal) => ask(LOCAL, watched, signal),
  }
}

test('a command that is late has not passed, is told to end, and is not asked again until it has', async () => {
  const { clock, begun, ask } = asking()
  const first = ask()
  expect(begun[0]?.signal?.aborted).toBe(false)
  clock.advance(2_000)
  expect(await first).toBe(false)
  expect(begun[0]?.signal?.aborted).toBe(true)
  expect(await ask()).toBe(false)
  expect(begun).toHaveLength(1)
  begun[0]?.end(0)
  await new Promise(setImmediate)
  const next = ask()
  begun[1]?.end(0)
  expect(await next).toBe(true)
})

test('a command is told to end once nobody wants to know', async () => {
  const { begun, ask } = asking()
  const gone = new AbortController()
  const asked = ask(gone.signal)
  gone.abort()
  expect(await asked).toBe(false)
  expect(begun[0]?.signal?.aborted).toBe(true)
})
