import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import aws4 from 'aws4'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Clock, createSimClock, createSystemClock } from '../../base/clock/index.ts'
import { createSimDisk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import { createSeedKeeper, openSeedStore, rememberSeed, type SeedStore } from './index.ts'
import { SEED_BYTES_MAX, SEED_CHECK_MS, SEED_LOOK_MS, SEED_RETRY_MS, SEEDS_MAX } from './limits.ts'
import {
  type BucketServer,
  bodyOf,
  KEY_ID,
  SECRET,
  startBucketServer,
} from './testing/bucket-server.ts'

const coded = (code: string) => expect.objectContaining({ code })
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const text = (found: { bytes: Uint8Array } | undefined) =>
  found && Buffer.from(found.bytes).toString()
const clock = createSystemClock()
const REGION = 'eu-central-1'

let folder: string
let bucket: BucketServer
let web: Awaited<ReturnType<typeof startWebServer>>
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mycelium-seeds-'))
  bucket = await startBucketServer(REGION)
  web = await startWebServer()
})
afterEach(() => {
  rmSync(folder, { recursive: true, force: true })
  bucket.stop()
  web.stop()
})

/** Holds one thing, with or without tags; the token is asked for if there is one. */
async function startWebServer() {
  const state = { held: undefined as Buffer | undefined, tags: true, token: '', version: 0 }
  const routes = new Map<string, (response: ServerResponse) => void>()
  const server: Server = createServer(async (request, response) => {
    const body = await bodyOf(request)
    const route = routes.get(request.url ?? '')
    if (route) return route(response)
    const isLetIn = state.token === '' || request.headers.authorization === `Bearer ${state.token}`
    if (!isLetIn) return response.writeHead(401).end(request.headers.authorization)
    const tag = `"v${state.version}"`
    const headers = state.tags ? { etag: tag } : {}
    if (request.method === 'GET') {
      return state.held
        ? response.writeHead(200, headers).end(state.held)
        : response.writeHead(404).end()
    }
    const { 'if-match': match, 'if-none-match': none } = request.headers
    const fits = none === '*' ? !state.held : match === tag
    if (!fits) return response.writeHead(412).end()
    state.held = body
    state.version++
    return response.writeHead(204).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    ...{ state, routes, url: `http://127.0.0.1:${port}` },
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const bucketPlace = () => `s3://garden/the%20spore?endpoint=${bucket.url}&region=${REGION}`
const keys = { accessKeyId: KEY_ID, secretAccessKey: SECRET }
const kinds: [string, () => SeedStore][] = [
  ['a file', () => openSeedStore(path.join(folder, 'garden.spore'), { clock })],
  ['a URL', () => openSeedStore(`${web.url}/spore`, { clock })],
  ['a bucket', () => openSeedStore(bucketPlace(), { clock, credentials: keys })],
]

describe.each(kinds)('%s as a seed', (_, open) => {
  it('holds nothing, then what was written, then what replaced it', async () => {
    const store = open()
    expect(await store.read()).toBeUndefined()
    expect(await store.write(bytes('one'), undefined)).toBe('written')
    const first = await store.read()
    expect(text(first)).toBe('one')
    expect(await store.write(bytes('two'), first?.tag)).toBe('written')
    expect(text(await store.read())).toBe('two')
  })

  it('replaces nothing that is not what the writer has read', async () => {
    const store = open()
    await store.write(bytes('one'), undefined)
    const first = await store.read()
    expect(await store.write(bytes('mine'), undefined)).toBe('conflict')
    await store.write(bytes('two'), first?.tag)
    expect(await store.write(bytes('mine'), first?.tag)).toBe('conflict')
    expect(text(await store.read())).toBe('two')
  })

  it('lets exactly one of many win that write at once', async () => {
    const store = open()
    await store.write(bytes('before'), undefined)
    const tag = (await store.read())?.tag
    const writers = Array.from({ length: 8 }, (_, at) => open().write(bytes(`writer ${at}`), tag))
    const outcomes = await Promise.all(writers)
    expect(outcomes.filter((one) => one === 'written')).toHaveLength(1)
    expect(text(await store.read())).toBe(`writer ${outcomes.indexOf('written')}`)
  })
})

describe('what lies at a seed', () => {
  it('is read up to its limit', async () => {
    const file = path.join(folder, 'large')
    await writeFile(file, Buffer.alloc(SEED_BYTES_MAX + 1))
    await expect(openSeedStore(file, { clock }).read()).rejects.toEqual(coded('SEED_INVALID'))
    web.state.held = Buffer.alloc(SEED_BYTES_MAX + 1)
    await expect(openSeedStore(web.url, { clock }).read()).rejects.toEqual(coded('SEED_INVALID'))
  })

  it('is found behind a few redirects, and not off the web', async () => {
    web.state.held = Buffer.from('the document')
    const moved = (to: string) => (response: ServerResponse) =>
      void response.writeHead(302, { location: to }).end()
    web.routes.set('/a', moved('/b')).set('/loop', moved('/loop'))
    web.routes.set('/off', moved('file:///etc/passwd'))
    const at = (route: string) => openSeedStore(web.url + route, { clock }).read()
    expect(text(await at('/a'))).toBe('the document')
    for (const route of ['/loop', '/off']) {
      await expect(at(route)).rejects.toEqual(coded('SEED_UNREACHABLE'))
    }
  })

  it('comes with a token that nobody else is shown, and never over an open line', async () => {
    web.state.token = 'open sesame'
    const store = openSeedStore(web.url, { clock, credentials: { token: 'open sesame' } })
    expect(await store.write(bytes('one'), undefined)).toBe('written')
    const wrong = openSeedStore(web.url, { clock, credentials: { token: 'planted-secret' } })
    const error = await wrong.read().catch((caught: Error) => caught)
    expect(String(error)).toMatch(/401/)
    expect(String(error)).not.toMatch(/planted/)
    const open = () => openSeedStore('http://far.example/x', { clock, credentials: { token: 'x' } })
    expect(open).toThrow(coded('SEED_LOCATION_INVALID'))
  })

  it('is kept from whoever signs with another key', async () => {
    const wrong = { ...keys, secretAccessKey: 'planted-secret' }
    const store = openSeedStore(bucketPlace(), { clock, credentials: wrong })
    await expect(store.write(bytes('x'), undefined)).rejects.toEqual(coded('SEED_UNREACHABLE'))
    expect(bucket.objects.size).toBe(0)
    await expect(store.read()).rejects.toThrow(/403.*s3:ListBucket/)
  })

  it.each([
    'ftp://x/y',
    's3://',
    's3://bucket',
    'https://user:secret@x/',
    's3://b/k?endpoint=file:///x',
  ])('cannot be named %s', (location) => {
    expect(() => openSeedStore(location, { clock })).toThrow(coded('SEED_LOCATION_INVALID'))
  })

  it('says in a sentence why it cannot be reached', async () => {
    const why = (location: string) =>
      openSeedStore(location, { clock })
        .read()
        .catch((error: Error) => error.message)
    const said = 'The seed cannot be reached:'
    expect(await why(folder)).toBe(`${said} this is a folder, not a file.`)
    expect(await why('http://127.0.0.1:9/x')).toBe(`${said} nothing is asked at this port.`)
    expect(await why('http://127.0.0.1:2/x')).toMatch(/answers at this address\.$/)
    expect(await why('http://nope.invalid/x')).toMatch(/no computer called nope\.invalid/)
  })

  it('in a file waits for its folder, as a stick that is not plugged in', async () => {
    const stick = path.join(folder, 'stick')
    const store = openSeedStore(path.join(stick, 'garden.spore'), { clock })
    expect(await store.read()).toBeUndefined()
    await expect(store.write(bytes('one'), undefined)).rejects.toEqual(coded('SEED_UNREACHABLE'))
    await expect(stat(stick)).rejects.toThrow('ENOENT')
    await mkdir(stick)
    expect(await store.write(bytes('one'), undefined)).toBe('written')
  })
})

it('signs as AWS publishes it (GET Bucket Lifecycle)', () => {
  const { headers } = aws4.sign(
    {
      ...{ host: 'examplebucket.s3.amazonaws.com', path: '/?lifecycle', method: 'GET' },
      ...{ service: 's3', region: 'us-east-1', headers: { 'x-amz-date': '20130524T000000Z' } },
    },
    { accessKeyId: KEY_ID, secretAccessKey: SECRET },
  )
  expect(headers.Authorization).toMatch(
    /Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543$/,
  )
})

describe('the seeds of a node', () => {
  const number = (document: Uint8Array): number => Number(Buffer.from(document).toString())
  function keeper(disk = createSimDisk()) {
    const sim = createSimClock({ wallStartMs: 1e12 })
    const told = { document: undefined as Uint8Array | undefined }
    const logger = createMemoryLogger()
    const rested: (() => void)[] = []
    // A look rests, until the next one, when it has ended: that is when it sets its timer anew.
    const clock: Clock = {
      ...{ wallMs: () => sim.wallMs(), monotonicMs: () => sim.monotonicMs() },
      uptimeMs: () => sim.uptimeMs(),
      timer(delayMs, fn) {
        const cancel = sim.timer(delayMs, fn)
        if (delayMs === SEED_LOOK_MS) for (const tell of rested.splice(0)) tell()
        return cancel
      },
    }
    const seeds = createSeedKeeper({
      ...{ disk, clock, logger, document: () => told.document },
      isNewer(ours, found) {
        if (Number.isNaN(number(found))) throw new MyceliumError('SPORE_INVALID', 'No document.')
        return number(ours) > number(found)
      },
    })
    const look = (): Promise<void> => {
      const ended = new Promise<void>((resolve) => rested.push(resolve))
      sim.advance(SEED_LOOK_MS)
      return ended
    }
    return { seeds, look, told, logger, disk }
  }

  it('are brought up to date when the document changes, and again after a failure', async () => {
    const { seeds, look, told } = keeper()
    await seeds.start()
    told.document = bytes('1')
    await seeds.publish(web.url, {})
    expect(web.state.held?.toString()).toBe('1')
    web.state.token = 'closed'
    told.document = bytes('2')
    await look()
    expect(seeds.list()[0]?.problem?.code).toBe('SEED_UNREACHABLE')
    web.state.token = ''
    // Whoever failed waits before it asks again.
    for (let waitedMs = 0; waitedMs <= SEED_RETRY_MS; waitedMs += SEED_LOOK_MS) await look()
    expect([web.state.held?.toString(), seeds.list()[0]?.problem]).toEqual(['2', undefined])
    await seeds.stop()
  })

  it('are put back where what lay there has gone, or cannot be read any more', async () => {
    const { seeds, look, told } = keeper()
    told.document = bytes('1')
    await seeds.start()
    await seeds.publish(web.url, {})
    const check = async (): Promise<void> => {
      for (let waitedMs = 0; waitedMs <= SEED_CHECK_MS; waitedMs += SEED_LOOK_MS) await look()
    }
    web.state.held = undefined
    await check()
    expect(web.state.held).toEqual(Buffer.from('1'))
    web.state.token = 'closed'
    await check()
    expect(seeds.list()[0]?.problem?.code).toBe('SEED_UNREACHABLE')
    await seeds.stop()
  })

  it('are all kept where several are published at once', async () => {
    const { seeds, told, disk } = keeper()
    told.document = bytes('1')
    const places = [0, 1, 2].map((at) => path.join(folder, `${at}`))
    await Promise.all(places.map((place) => seeds.publish(place, {})))
    const again = keeper(disk)
    await again.seeds.start()
    expect(
      again.seeds
        .list()
        .map(({ location }) => location)
        .sort(),
    ).toEqual(places)
    await again.seeds.stop()
  })

  it('are not kept in a folder that was never there, and kept in one that goes later', async () => {
    const { seeds, told, look } = keeper()
    told.document = bytes('1')
    const stick = path.join(folder, 'stick')
    const file = path.join(stick, 'garden.spore')
    await expect(seeds.publish(file, {})).rejects.toMatchObject({
      code: 'SEED_UNREACHABLE',
      message: expect.stringContaining(`There is no folder ${stick}`),
    })
    expect(seeds.list()).toEqual([])
    await seeds.start()
    await mkdir(stick)
    await seeds.publish(file, {})
    rmSync(stick, { recursive: true })
    told.document = bytes('2')
    await look()
    expect(seeds.list()[0]?.problem?.code).toBe('SEED_UNREACHABLE')
    await seeds.stop()
  })

  it('leave what is newer there as it is', async () => {
    const { seeds, told } = keeper()
    web.state.held = Buffer.from('9')
    told.document = bytes('3')
    const state = await seeds.publish(web.url, {})
    expect([state.problem, web.state.held.toString()]).toEqual([undefined, '9'])
  })

  it('leave what else lies there alone, and say what to do about it', async () => {
    const { seeds, look, told } = keeper()
    await seeds.start()
    told.document = bytes('1')
    await seeds.publish(web.url, {})
    web.state.held = Buffer.from('rot')
    for (let waitedMs = 0; waitedMs <= SEED_CHECK_MS; waitedMs += SEED_LOOK_MS) await look()
    expect(seeds.list()[0]?.problem).toEqual({
      code: 'SPORE_INVALID',
      message: expect.stringMatching(/Move it away.*\(No document\.\)/),
    })
    expect(web.state.held).toEqual(Buffer.from('rot'))
    await seeds.stop()
  })

  it('are refused where the server cannot compare', async () => {
    const { seeds, told } = keeper()
    Object.assign(web.state, { held: Buffer.from('1'), tags: false })
    told.document = bytes('3')
    await expect(seeds.publish(web.url, {})).rejects.toEqual(coded('SEED_UNCONDITIONAL'))
    expect(seeds.list()).toEqual([])
  })

  it('are remembered with their passwords in a file of the owner’s, and told without them', async () => {
    const { seeds, told, disk, logger } = keeper()
    told.document = bytes('1')
    await seeds.publish(bucketPlace(), { ...keys, secretAccessKey: 'planted-secret' })
    const again = keeper(disk)
    await again.seeds.start()
    expect(again.seeds.list()).toMatchObject([{ location: bucketPlace(), writes: true }])
    expect(JSON.stringify([again.seeds.list(), seeds.list(), logger.lines])).not.toMatch(/planted/)
    await again.seeds.stop()
    expect(await again.seeds.forget(bucketPlace())).toBe(true)
    expect(await again.seeds.forget(bucketPlace())).toBe(false)
  })

  it('say nothing of a damaged list but that it is one', async () => {
    const disk = createSimDisk()
    await disk.writeAtomic('seeds.json', bytes('{"planted-secret": '))
    const { seeds, logger } = keeper(disk)
    await seeds.start()
    expect(JSON.stringify(logger.lines)).toMatch(/cannot be read/)
    expect(JSON.stringify(logger.lines)).not.toMatch(/planted/)
    expect(() => seeds.list()).toThrow(coded('SEED_INVALID'))
    const file = path.join(folder, 'spore')
    await expect(seeds.publish(file, {})).rejects.toEqual(coded('SEED_INVALID'))
    await expect(seeds.forget(file)).rejects.toEqual(coded('SEED_INVALID'))
    expect(Buffer.from((await disk.read('seeds.json')) ?? []).toString()).toMatch(/planted/)
    expect(seeds.stores()).toEqual([])
    await seeds.stop()
  })

  it('are read only where the node joined by them, and bounded', async () => {
    const disk = createSimDisk()
    await rememberSeed(disk, web.url)
    const { seeds, told, look } = keeper(disk)
    await seeds.start()
    told.document = bytes('1')
    await look()
    expect([seeds.list()[0]?.writes, web.state.held]).toEqual([false, undefined])
    for (let at = 1; at < SEEDS_MAX; at++) await seeds.publish(path.join(folder, `${at}`), {})
    const more = seeds.publish(path.join(folder, 'more'), {})
    await expect(more).rejects.toEqual(coded('LIMIT_REACHED'))
    await seeds.stop()
  })
})
