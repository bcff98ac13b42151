/** Files of a manifest, seen from inside the containers that are given them. */
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changePart } from '../../spec/testing/flat.ts'
import { linesUntil } from '../runner.suite.ts'
import type { ContainerRunner } from './index.ts'
import { ADA, createBench, docker, engineMissing, OWNER, shell } from './testing/test-engine.ts'

const missing = await engineMissing()
const B = '/bin/busybox'
const IMAGE = 'mycelium-files-test:1'
const BYTES = Buffer.from([0, 255, 10, 13])

describe.skipIf(missing)(`files of a manifest${missing ? ` [skipped: ${missing}]` : ''}`, () => {
  let bench: Awaited<ReturnType<typeof createBench>>
  let runner: ContainerRunner
  let said: string[]
  let root: string
  const outside = mkdtempSync(path.join(tmpdir(), 'mycelium-files-outside-'))
  const id = `files-0-f${process.pid.toString(36)}`

  beforeAll(async () => {
    root = mkdtempSync(path.join(tmpdir(), 'mycelium-files-'))
    await importLinks()
    bench = await createBench()
    runner = bench.runner(ADA)
    await runner.start()
    const script = [
      `${B} cat /etc/app/app.ini /etc/there /data/conf/x /tmp/y /etc/away/z /etc/up`,
      `echo "bytes: $(${B} od -An -tx1 /bin/blob)"`,
      `echo "modes: $(${B} stat -c %a /etc/app/app.ini /bin/blob | ${B} tr '\\n' ' ')"`,
      'for each in /etc/app/app.ini /bin/blob /data/conf/x; do',
      `  (echo x >>$each) 2>/dev/null && echo "write $each"; ${B} rm -f $each 2>/dev/null && echo "rm $each"`,
      `  ${B} mv $each /etc/moved 2>/dev/null && echo "mv $each"; ${B} chmod 777 $each 2>/dev/null && echo "chmod $each"`,
      `  ${B} umount $each 2>/dev/null && echo "umount $each"; done`,
      `(: >/etc/new) 2>/dev/null || echo "root: kept"`,
      `echo done; exec ${B} sleep 1000`,
    ].join('\n')
    const source = { image: IMAGE, command: [B, 'sh', '-c', script] }
    const volumes = [{ name: 'data', sizeBytes: 2 ** 20, ifLost: 'wait' as const }]
    const text = (at: string, mode = 0o444) => ({ path: at, content: `this is ${at}\n`, mode })
    const workload = changePart(shell('files', '', { source, volumes }), {
      readOnlyRoot: true,
      mounts: [{ volume: 'data', path: '/data', readOnly: false }],
      scratch: [{ path: '/tmp', sizeBytes: 2 ** 20 }],
      files: [
        text('/etc/app/app.ini', 0o400),
        { path: '/bin/blob', content: BYTES.toString('base64'), encoding: 'base64', mode: 0o555 },
        ...['/etc/there', '/data/conf/x', '/tmp/y', '/etc/away/z', '/etc/up'].map((at) => text(at)),
      ],
    })
    await runner.run({ ...requestOf(id), workload, access: accessIn('door') })
    said = await linesUntil(runner, id, 'done')
  }, 60_000)
  afterAll(async () => {
    await runner?.stop()
    await bench?.close()
    for (const folder of [root, outside]) if (folder) rmSync(folder, { recursive: true })
  }, 60_000)

  /** Of an image whose author would like to have something written on the computer. */
  async function importLinks(): Promise<void> {
    const image = path.join(root, 'image')
    for (const folder of ['bin', 'etc']) mkdirSync(path.join(image, folder), { recursive: true })
    copyFileSync(B, path.join(image, B))
    symlinkSync(outside, path.join(image, 'etc/away'))
    symlinkSync(`../../../..${outside}/up`, path.join(image, 'etc/up'))
    writeFileSync(path.join(image, 'etc/there'), 'of the image\n')
    const tar = execFileSync('tar', ['-c', '-C', image, 'bin', 'etc'], { maxBuffer: 2 ** 26 })
    const [repo, tag] = IMAGE.split(':')
    const stream = await docker.importImage(Readable.from([tar]), { repo, tag })
    for await (const _ of stream);
  }

  function accessIn(name: string) {
    const folder = path.join(root, name)
    mkdirSync(folder)
    return { folder, token: 'the-token', secrets: {} }
  }
  const requestOf = (of: string) => ({
    ...{ id: of, index: 0, generation: 1, owner: OWNER },
    ...{ signal: AbortSignal.timeout(30_000), onProgress: () => {} },
  })

  it('are there before its first instruction, over the image’s own and in its volumes', () => {
    const texts = ['app/app.ini', 'there'].map((at) => `this is /etc/${at}`)
    const more = ['/data/conf/x', '/tmp/y', '/etc/away/z', '/etc/up'].map((at) => `this is ${at}`)
    expect(said.slice(0, 6)).toEqual([...texts, ...more])
    expect(said[6]).toBe('bytes:  00 ff 0a 0d')
    expect(said[7]).toBe('modes: 400 555 ')
  })

  it('cannot be written to, removed, moved, opened to others or taken away', () => {
    expect(said.slice(8)).toEqual(['root: kept', 'done'])
  })

  it('come to nowhere on the computer, whatever links the image has', async () => {
    expect(readdirSync(outside)).toEqual([])
    const { Mounts } = await docker.getContainer(id).inspect()
    const bound = Mounts.filter(({ Type }) => Type === 'bind')
    expect(bound.every(({ RW }) => !RW)).toBe(true)
    expect(bound.every(({ Source }) => Source.startsWith(path.join(root, 'door')))).toBe(true)
  })

  it('are refused where the engine sees no folder of this node', async () => {
    const files = [{ path: '/etc/x', content: '', mode: 0o444 }]
    const workload = changePart(shell('nowhere', 'exit 0'), { files })
    const request = { ...requestOf('nowhere-0-test'), workload }
    await expect(runner.run(request)).rejects.toMatchObject({
      ...{ code: 'NOT_SUPPORTED', details: { reason: 'NO_DOOR' } },
    })
  })
})
