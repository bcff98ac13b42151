import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine, enginesUnavailable } from '../../../../e2e/harness/engine.ts'
import { encode } from '../../../base/codec/index.ts'
import { framed } from '../../../base/net/index.ts'
import type { StartProgress, StartRequest } from '../index.ts'
import { until } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import {
  ADA,
  BEN,
  createBench,
  engineMissing,
  importImage,
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
    engine = await createEngine('images')
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
  })

  it('an image that no workload wants is not handed out', async () => {
    const attempt = ben.run(request({ imageId }, () => {}))
    await expect(attempt).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' })
    expect(imagesOfBen()).toBe('')
  }, 60_000)

  it('a peer that sends something else is found out before the engine sees it', async () => {
    const liar = bench.net.node(LIAR)
    liar.onRequest('image-have/1', () => encode({ imageId }))
    liar.onStream('image/1', (stream) => {
      void (async () => {
        await stream.write(framed(encode({ status: 'ok', sizeBytes: 2_048 })))
        await stream.write(new Uint8Array(2_048))
        await stream.closeWrite()
      })()
    })
    await until(() => bench.net.node(BEN).peers().includes(LIAR))
    const attempt = ben.run(request({ imageId }, () => {}))
    await expect(attempt).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' })
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

  it('an engine that stops is noticed at once, and work goes on when it returns', async () => {
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
})
