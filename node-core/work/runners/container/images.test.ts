import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine, enginesUnavailable } from '../../../../e2e/harness/engine.ts'
import { createSystemClock } from '../../../base/clock/index.ts'
import { encode } from '../../../base/codec/index.ts'
import { createSilentLogger } from '../../../base/log/index.ts'
import type { Digest } from '../../../storage/blobs/index.ts'
import { givePieces } from '../../../storage/blobs/testing/giving.ts'
import type { StartProgress, StartRequest } from '../index.ts'
import { until } from '../runner.suite.ts'
import { createEngine as createClient } from './engine.ts'
import { type ContainerRunner, createEmptyImage } from './index.ts'
import { locate } from './socket.ts'
import {
  ADA,
  BEN,
  buildImage,
  createBench,
  engineMissing,
  importImage,
  layersOf,
  shell,
  socketPath,
} from './testing/test-engine.ts'

const missing = (await engineMissing()) ?? enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these tests: ${missing}`)

const LIAR = 'c'.repeat(64) as typeof ADA

/** Ada's engine has the image; Ben's is another one, and empty. */
describe.skipIf(missing)(`images between nodes${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  const IMAGE = 'mycelium-peer-test:1'
  const LISTENS = 'mycelium-listens-test:1'
  let engine: Engine
  let bench: Awaited<ReturnType<typeof createBench>>
  let ada: ContainerRunner
  let ben: ContainerRunner
  let imageId: string

  beforeAll(async () => {
    imageId = await importImage(IMAGE)
    engine = await createEngine('images', { dataMebibytes: 32 })
    bench = await createBench({ socketPaths: [socketPath, engine.host.replace('unix://', '')] })
    ada = bench.runner(ADA)
    ben = bench.runner(BEN)
    await ada.start()
    await ben.start()
  }, 120_000)
  afterAll(async () => {
    await ada?.stop()
    await ben?.stop()
    await bench?.close()
    await engine?.remove()
  }, 120_000)

  let serial = 0
  const request = (source: object, onProgress: (step: StartProgress) => void): StartRequest => ({
    id: `peer-0-test${serial++}`,
    workload: shell('peer', 'exec /bin/busybox sleep 1000', {
      source: { image: IMAGE, command: ['/bin/busybox', 'sleep', '1000'], ...source },
    }),
    index: 0,
    generation: 1,
    signal: AbortSignal.timeout(60_000),
    onProgress,
  })
  const imagesOfBen = (): string => engine.docker('images', '-aq', '--no-trunc').trim()

  it('a reference is resolved by this engine, or by a peer that knows it', async () => {
    expect(await ada.images.resolve(IMAGE)).toEqual({ imageId, exposes: [] })
    expect(await ben.images.resolve(IMAGE)).toEqual({ imageId, exposes: [] })
    expect(await ben.images.resolve('nobody-has-this:1')).toBeUndefined()
  })

  it('an image says where it listens, here and to peers', async () => {
    const listening = { changes: 'EXPOSE 9000/tcp 53/udp 80/tcp' }
    await importImage(LISTENS, [], listening)
    const { exposes } = (await ada.images.resolve(LISTENS)) ?? {}
    expect(exposes?.map(({ containerPort }) => containerPort)).toEqual([53, 80, 9_000])
    expect((await ben.images.resolve(LISTENS))?.exposes).toEqual(exposes)
    // Named by nothing but its reference: nobody had it when it was deployed.
    const late = request({ image: LISTENS }, () => {})
    const { ports } = await ada.run(late)
    await ada.end(late.id, { graceMs: 0 })
    expect(Object.keys(ports)).toEqual(['80', '9000'])
  })

  it('an image that no workload wants is not handed out', async () => {
    const attempt = ben.run(request({ imageId }, () => {}))
    await expect(attempt).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    expect(imagesOfBen()).toBe('')
  }, 60_000)

  it('a peer that sends something else is found out before the engine sees it', async () => {
    const liar = bench.net.node(LIAR)
    liar.onRequest('image-have/1', () => encode({ imageId, ready: true }))
    liar.onRequest('image-offer/2', () => encode({ status: 'ready', sizes: {} }))
    const given = givePieces(liar, Buffer.from('{"rootfs":{}}'), { as: imageId as Digest })
    await until(() => bench.net.node(BEN).peers().includes(LIAR))
    for (const asked of [1, 1]) {
      const attempt = ben.run(request({ imageId }, () => {}))
      await expect(attempt).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
      // It is remembered: the second attempt passes over it.
      expect(given.asked()).toBe(asked)
    }
    expect(imagesOfBen()).toBe('')
    bench.net.crash(LIAR)
  }, 60_000)

  it('an image that a workload wants comes from the peer that has it, with progress', async () => {
    bench.wanted.add(imageId)
    const steps: StartProgress[] = []
    const asked = request({ imageId }, (step) => steps.push(step))
    const running = await ben.run(asked)
    expect(running.state).toBe('running')
    expect(imagesOfBen()).toBe(imageId)
    // No tag came along: names on an engine are its owner's.
    expect(engine.docker('images', '--format', '{{.Repository}}').trim()).toBe('<none>')
    const pulled = steps.filter((step) => step.step === 'pulling')
    expect(pulled.at(-1)).toMatchObject({ from: 'aaaaaaaa', doneBytes: expect.any(Number) })
    expect(steps.at(-1)).toEqual({ step: 'starting' })
    await ben.end(asked.id, { graceMs: 0 })
  }, 60_000)

  it('an image made on top of one that the engine has brings its own layers alone', async () => {
    const other = await buildImage('mycelium-updated-test:1', IMAGE, randomBytes(100_000))
    for (const wanted of [imageId, other.imageId]) bench.wanted.add(wanted)
    const base = request({ imageId }, () => {})
    await ben.run(base)
    await ben.end(base.id, { graceMs: 0 })
    const store = bench.stores.get(BEN)
    for (const { digest } of (await store?.list()) ?? []) await store?.remove(digest)
    const steps: StartProgress[] = []
    const asked = request({ image: other.tag, imageId: other.imageId }, (step) => steps.push(step))
    await ben.run(asked)
    expect(imagesOfBen().split('\n')).toContain(other.imageId)
    const [below = '', own = ''] = await layersOf(other.imageId)
    const held = (await store?.list())?.map(({ digest }) => digest)
    expect(held).toContain(own)
    expect(held).not.toContain(below)
    await ben.end(asked.id, { graceMs: 0 })
  }, 60_000)

  it('an image that was fetched can go again, unless something is made of it or it has a name', async () => {
    const [one, two] = await Promise.all(
      ['fetched', 'named'].map((name) => {
        return buildImage(`mycelium-${name}-test:1`, IMAGE, randomBytes(50_000))
      }),
    )
    const runs: StartRequest[] = []
    for (const image of [one, two]) {
      if (!image) throw new Error('not built')
      bench.wanted.add(image.imageId)
      const asked = request({ image: image.tag, imageId: image.imageId }, () => {})
      runs.push(asked)
      await ben.run(asked)
    }
    if (!one || !two) throw new Error('not built')
    engine.docker('tag', two.imageId, 'mine:1')
    const listed = async () => (await ben.fetched.list()).map(({ id }) => id)
    // What its owner has named is its owner's.
    expect(await listed()).toContain(one.imageId)
    expect(await listed()).not.toContain(two.imageId)
    expect(await ben.fetched.remove(one.imageId)).toBe(false)
    for (const { id } of runs) await ben.end(id, { graceMs: 0 })
    expect(await ben.fetched.remove(one.imageId)).toBe(true)
    expect(imagesOfBen()).not.toContain(one.imageId)
    expect(await listed()).not.toContain(one.imageId)
  }, 60_000)

  it('a full disk is said, loses nothing that came, and is no obstacle once there is room', async () => {
    const large = await buildImage('mycelium-large-test:1', IMAGE, randomBytes(20 << 20))
    bench.wanted.add(large.imageId)
    const source = { image: large.tag, imageId: large.imageId }
    const attempt = ben.run(request(source, () => {}))
    await expect(attempt).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(imagesOfBen()).not.toContain(large.imageId)

    engine.enlarge(512)
    const again: StartProgress[] = []
    const asked = request(source, (step) => again.push(step))
    await ben.run(asked)
    expect(imagesOfBen().split('\n')).toContain(large.imageId)
    // All of it had come before the disk was full.
    expect(again.filter((step) => step.step === 'pulling' && step.doneBytes)).toEqual([])
    await ben.end(asked.id, { graceMs: 0 })
  }, 120_000)

  it('an engine killed while it takes an image in is given it again when it is back', async () => {
    const other = await buildImage('mycelium-killed-test:1', IMAGE, randomBytes(1 << 20))
    bench.wanted.add(other.imageId)
    const source = { image: other.tag, imageId: other.imageId }
    let killed: Promise<void> | undefined
    const broken = ben.run(
      request(source, (step) => {
        // From here on it answers nothing, so it cannot have taken in what comes now.
        if (step.step !== 'pulling' || !step.doneBytes || killed) return
        engine.freeze()
        killed = new Promise((resolve) => setTimeout(resolve, 1_000)).then(engine.kill)
      }),
    )
    await expect(broken).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await killed
    await engine.start()
    await until(async () => (await ben.available()).ok)
    const asked = request(source, () => {})
    await ben.run(asked)
    expect(imagesOfBen().split('\n')).toContain(other.imageId)
    await ben.end(asked.id, { graceMs: 0 })
  }, 120_000)

  it('an engine that stops is noticed at once, and work goes on when it returns', async () => {
    bench.wanted.add(imageId)
    const changes: boolean[] = []
    ben.onAvailable((ok) => changes.push(ok))
    await engine.stop()
    await until(() => changes.length === 1)
    expect(await ben.available()).toMatchObject({ ok: false, code: 'ENGINE_UNAVAILABLE' })
    const attempt = ben.run(request({ imageId }, () => {}))
    await expect(attempt).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await expect(ben.list()).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })

    await engine.start()
    await until(() => changes.length === 2)
    expect(await ben.available()).toEqual({ ok: true })
    const asked = request({ imageId }, () => {})
    await ben.run(asked)
    expect(await ben.list()).toEqual([expect.objectContaining({ id: asked.id, state: 'running' })])
    await ben.end(asked.id, { graceMs: 0 })
  }, 120_000)

  it('what a crash left made but never started is removed', async () => {
    await ben.stop()
    engine.docker(
      ...['create', '--name', 'peer-0-left'],
      ...[
        '--label',
        `org.mycelium.network=${bench.network}`,
        '--label',
        `org.mycelium.node=${BEN}`,
      ],
      ...[imageId, '/bin/busybox', 'true'],
    )
    ben = bench.runner(BEN)
    await ben.start()
    expect(engine.docker('ps', '-aq').trim()).toBe('')
  }, 60_000)

  it('one without files goes when a node stops, but not while something is made of it', async () => {
    const at = { socketPath: engine.host.replace('unix://', '') }
    const clock = createSystemClock()
    const client = createClient(() => locate(at), clock)
    const empty = createEmptyImage({ clock, logger: createSilentLogger() }, at)
    const id = await client.importEmptyImage()
    engine.docker('create', '--name', 'of-another-node', id, '/program')
    await empty.stop()
    expect((await client.images()).map((image) => image.id)).toContain(id)
    engine.docker('rm', 'of-another-node')
    await empty.stop()
    expect((await client.images()).map((image) => image.id)).not.toContain(id)
    await empty.stop()
  })
})
