import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../../base/clock/index.ts'
import { encode } from '../../../base/codec/index.ts'
import { createEngine, type Engine } from './engine.ts'
import { parseHaveQuestion } from './image-messages.ts'
import { ANSWER_MS } from './limits.ts'

describe('images of an engine', () => {
  let folder: string
  let server: Server
  let engine: Engine
  let asked: string[]
  let answer: (response: ServerResponse) => void
  const clock = createSimClock()

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mycelium-engine-'))
    const path = join(folder, 'engine.sock')
    asked = []
    answer = (response) => response.writeHead(404).end('{"message":"no such image"}')
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      answer(response)
    })
    await new Promise<void>((resolve) => server.listen(path, resolve))
    engine = createEngine(() => ({ kind: 'socket', path }), clock)
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await rm(folder, { recursive: true })
  })

  it.each([
    'postgres:16/get?',
    'postgres:16/get#',
    'postgres:16%2fget',
    'web/../../containers',
    'web/./1',
    'web//1',
    '../web',
    '',
    `web:${'1'.repeat(600)}`,
  ])('are asked for by nothing that leads elsewhere in a URL: %s', async (reference) => {
    expect(await engine.image(reference)).toBeUndefined()
    expect(await engine.layersOf(reference)).toBeUndefined()
    expect(await engine.removeImage(reference)).toBe(true)
    expect(asked).toEqual([])
    expect(() => parseHaveQuestion(encode({ reference }))).toThrow()
  })

  it.each([
    'nginx:1.27',
    'registry.example:5000/team/app_1:2..3',
    `web@sha256:${'a'.repeat(64)}`,
    `sha256:${'a'.repeat(64)}`,
  ])('are asked for by every name that one can have: %s', async (reference) => {
    expect(await engine.image(reference)).toBeUndefined()
    expect(asked).toEqual([`GET /images/${reference}/json`])
    expect(parseHaveQuestion(encode({ reference }))).toEqual({ reference })
  })

  it('are what it says of them', async () => {
    const Config = { ExposedPorts: { '80/tcp': {}, '53/udp': {} } }
    const said = { Id: 'sha256:1', RepoTags: ['web:1'], Size: 5, Config, RootFS: { Layers: ['l'] } }
    answer = (response) => response.writeHead(200).end(JSON.stringify(said))
    expect(await engine.image('web:1')).toEqual({
      ...{ id: 'sha256:1', tags: ['web:1'], sizeBytes: 5 },
      exposes: [
        { containerPort: 53, protocol: 'udp' },
        { containerPort: 80, protocol: 'tcp' },
      ],
    })
    expect(await engine.layersOf('web:1')).toEqual(['l'])
  })

  it.each([
    ['bob/tool', 'repo=bob%2Ftool&tag=latest'],
    ['registry.example:5000/tool', 'repo=registry.example%3A5000%2Ftool&tag=latest'],
    ['registry.example:5000/tool:2', 'repo=registry.example%3A5000%2Ftool&tag=2'],
  ])('are given the name %s', async (reference, query) => {
    answer = (response) => response.writeHead(201).end()
    await engine.nameImage('sha256:1', reference)
    expect(asked).toEqual([`POST /images/sha256:1/tag?${query}`])
  })

  it('are read no further than somebody waits for the answer', async () => {
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
    const { promise: closed, resolve: close } = Promise.withResolvers<void>()
    answer = (response) => {
      response.writeHead(200).write('{"Id":"')
      response.on('close', () => close())
      begin()
    }
    const image = engine.image('web:1')
    const refused = expect(image).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await begun
    clock.advance(ANSWER_MS)
    await refused
    await closed
  })
})
