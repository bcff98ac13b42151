import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { createEngine, type Engine } from './engine.ts'

describe('volumes of an engine', () => {
  let folder: string
  let server: Server
  let engine: Engine
  let asked: string[]
  let answer: (response: ServerResponse) => void

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mycelium-engine-'))
    const path = join(folder, 'engine.sock')
    asked = []
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      answer(response)
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    engine = createEngine(() => ({ kind: 'socket', path }), createSimClock())
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })

  it('are counted without images and containers, which nobody asked about', async () => {
    const volumes = [
      { Name: 'a', UsageData: { Size: 7 } },
      { Name: 'b', UsageData: { Size: -1 } },
    ]
    answer = (response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ Volumes: volumes }))
    }
    expect(await engine.volumeSizes()).toEqual(new Map([['a', 7]]))
    expect(asked).toEqual(['GET /system/df?type=volume'])
  })

  it('are counted for as long as somebody wants to know', async () => {
    const { promise: isAsked, resolve } = Promise.withResolvers<void>()
    answer = () => resolve()
    const wanted = new AbortController()
    const counted = expect(engine.volumeSizes(wanted.signal)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
    })
    await isAsked
    wanted.abort()
    await counted
  })
})
