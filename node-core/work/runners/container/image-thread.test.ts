import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createImageThread } from './image-thread.ts'
import { START_MS } from './limits.ts'

const ID = `sha256:${'a'.repeat(64)}`

/** An engine that makes an image ready for ever. */
async function slowEngine(folder: string) {
  const path = join(folder, 'engine.sock')
  const asked = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  const server = createServer((request) => {
    asked.resolve()
    request.on('close', () => left.resolve())
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const close = () => new Promise<unknown>((resolve) => server.close(resolve))
  return { address: { kind: 'socket', path } as const, asked, left, close }
}

describe.skipIf(process.platform === 'win32')(
  'an engine that does not begin to hand an image out',
  () => {
    let folder: string
    let engine: Awaited<ReturnType<typeof slowEngine>>
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'mycelium-thread-test-'))
      engine = await slowEngine(folder)
    })
    afterEach(async () => {
      await engine.close()
      await rm(folder, { recursive: true })
    })

    it('is left at once by a node that stops', async () => {
      const thread = createImageThread(() => engine.address, createSimClock())
      const stop = new AbortController()
      const first = thread.saveImage(ID, stop.signal).next()
      first.catch(() => {})
      await engine.asked.promise
      stop.abort(new Error('this node stops'))
      await expect(first).rejects.toThrow('this node stops')
      await engine.left.promise
      await expect(thread.saveImage(ID, stop.signal).next()).rejects.toThrow('this node stops')
      await thread.end()
    })

    it('is given up in the end', async () => {
      const clock = createSimClock()
      const thread = createImageThread(() => engine.address, clock)
      const first = thread.saveImage(ID, new AbortController().signal).next()
      first.catch(() => {})
      await engine.asked.promise
      clock.advance(START_MS)
      await expect(first).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
      await engine.left.promise
      await thread.end()
    })
  },
)
