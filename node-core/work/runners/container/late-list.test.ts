import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../runner.suite.ts'
import {
  ADA,
  createBench,
  engineMissing,
  importImage,
  shell,
  socketPath,
} from './testing/test-engine.ts'

const missing = await engineMissing()

/** Between a runner and its engine; starts go through only once a list was taken, whose answer comes later. */
async function lateEngine() {
  const folder = await mkdtemp(path.join(tmpdir(), 'mycelium-late-'))
  const socket = path.join(folder, 'engine.sock')
  const made = Promise.withResolvers<void>()
  const listed = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  let isLate = false

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { url = '', method, headers } = asked
    const isStart = /\/containers\/[^/]+\/start/.test(url)
    const isList = isLate && /\/containers\/json/.test(url)
    if (isStart) {
      made.resolve()
      await listed.promise
    }
    const passed = request({ socketPath, path: url, method, headers }, async (came) => {
      if (isList) {
        isLate = false
        listed.resolve()
        await answered.promise
      }
      answer.writeHead(came.statusCode ?? 500, came.headers)
      answer.flushHeaders()
      came.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    answer.on('close', () => passed.destroy())
    asked.pipe(passed)
  }

  const server = createServer((asked, answer) => void pass(asked, answer))
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    ...{ socket, made, answered },
    beLate() {
      isLate = true
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

describe.skipIf(missing)(`a busy engine${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  beforeAll(async () => {
    await importImage()
  })
  let engine: Awaited<ReturnType<typeof lateEngine>>
  let bench: Awaited<ReturnType<typeof createBench>>
  beforeAll(async () => {
    engine = await lateEngine()
    bench = await createBench({ socketPaths: [engine.socket, engine.socket] })
  })
  afterAll(async () => {
    await bench.close()
    await engine.close()
  })

  it('that says late what it saw before a start was over tells of no end', async () => {
    const runner = bench.runner(ADA)
    await runner.start()
    await until(async () => (await runner.available()).ok)
    const started = runner.run({
      ...{ id: 'web-0-late', index: 0, generation: 1 },
      workload: shell('web', 'exec /bin/busybox sleep 1000'),
      signal: new AbortController().signal,
      onProgress: () => {},
    })
    await engine.made.promise
    engine.beLate()
    const seen = runner.list()
    await started
    engine.answered.resolve()
    expect((await seen).filter(({ state }) => state === 'exited')).toEqual([])
    expect((await runner.list()).map(({ id, state }) => [id, state])).toEqual([
      ['web-0-late', 'running'],
    ])
    await runner.stop()
  })
})
