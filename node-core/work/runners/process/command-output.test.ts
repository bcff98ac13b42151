import { PassThrough } from 'node:stream'
import v8 from 'node:v8'
import vm from 'node:vm'
import { expect, it, vi } from 'vitest'
import { merged } from './command-output.ts'

it('comes of both streams, until both have ended', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const seen: string[] = []
  const reading = (async () => {
    for await (const { stream, bytes } of merged({ stdout, stderr })) {
      seen.push(`${stream} ${Buffer.from(bytes)}`)
    }
  })()
  stdout.write('a')
  await new Promise((resolve) => setImmediate(resolve))
  stderr.end('b')
  await new Promise((resolve) => setImmediate(resolve))
  stdout.destroy(new Error('killed'))
  await reading
  expect(seen).toEqual(['stdout a', 'stderr b'])
})

it('keeps nothing of what was read while the other stream is silent', async () => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const chunkBytes = 1 << 20
  const before = process.memoryUsage().arrayBuffers
  const reading = merged({ stdout, stderr })
  for (let at = 0; at < 200; at++) {
    stdout.write(Buffer.alloc(chunkBytes))
    const { value } = await reading.next()
    expect(value?.bytes.byteLength).toBe(chunkBytes)
  }
  // What was collected is given back by another thread, some time after.
  await vi.waitFor(
    () => {
      collectGarbage()
      const grown = process.memoryUsage().arrayBuffers - before
      expect(grown).toBeLessThan(10 * chunkBytes)
    },
    { timeout: 10_000, interval: 50 },
  )
  stdout.destroy()
  stderr.destroy()
})

function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc')
  vm.runInNewContext('gc')()
}
