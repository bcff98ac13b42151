/**
 * Packs the app around a placeholder for Electron's program, which holds nothing but a fuse wire, and
 * looks at what came out: the archive's files and every fuse. The command line alone is run from it.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { ensureBuilt } from './electron-build.ts'
import { makeFolder } from './electron-launch.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const run = promisify(execFile)

test('the package holds what it should, and every fuse is set', { timeout: 300_000 }, async (t) => {
  const folder = await makeFolder(t, 'package')
  const electronDist = path.join(folder, 'electron')
  const output = path.join(folder, 'dist')
  await makePlaceholder(electronDist)
  await ensureBuilt()
  await run(process.execPath, [
    path.join(ROOT, 'scripts/pack.ts'),
    '--out',
    path.join(ROOT, 'dist/cli'),
  ])

  const bin = (name: string): string => path.join(ROOT, 'node_modules/.bin', name)
  const options = [`-c.electronDist=${electronDist}`, `-c.directories.output=${output}`]
  await run(bin('electron-builder'), ['--linux', 'dir', ...options], { cwd: ROOT })

  const unpacked = path.join(output, 'linux-unpacked')
  const files = await listArchive(path.join(unpacked, 'resources/app.asar'))
  const has = (file: string): boolean => files.includes(file)
  for (const file of [
    'package.json',
    'out/main/index.js',
    'out/main/database-worker.js',
    'out/main/piece-worker.js',
    'out/main/image-worker.js',
    'out/preload/preload.cjs',
    'out/renderer/index.html',
    'assets/icons/tray.png',
    'out/main/THIRD-PARTY-NOTICES',
    'out/renderer/THIRD-PARTY-NOTICES',
  ]) {
    assert.ok(has(file), `${file} is missing`)
  }
  for (const bundled of ['libp2p', 'dockerode']) {
    assert.ok(!has(`node_modules/${bundled}/package.json`), 'what is bundled is there twice')
  }
  const foreign = files.filter((file) =>
    /^(main|renderer|node-core|cli|e2e|docs)\/|\.map$|(^|[^.d])\.tsx?$/.test(file),
  )
  assert.deepEqual(foreign, [])

  const home = path.join(folder, 'home')
  const env = { HOME: folder, MYCELIUM_HOME: home, XDG_CACHE_HOME: folder, PATH: '/usr/bin:/bin' }
  const mycelium = async (...args: string[]): Promise<string> =>
    (await run(path.join(unpacked, 'resources/bin/mycelium'), args, { env })).stdout
  assert.match(await mycelium('--version'), /^\d+\.\d+\.\d+\n$/)
  await mycelium('init', '--network-name', 'Packed', '--name', 'ada')
  assert.match(await mycelium('uninstall', '--dry-run'), /network Packed/)
  assert.ok(existsSync(path.join(unpacked, 'resources/cli/out/renderer/index.html')))

  const wire = await getCurrentFuseWire(path.join(unpacked, 'mycelium-app'))
  const on = [
    FuseV1Options.EnableCookieEncryption,
    FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
    FuseV1Options.OnlyLoadAppFromAsar,
    FuseV1Options.WasmTrapHandlers,
  ]
  for (let fuse = FuseV1Options.RunAsNode; fuse <= FuseV1Options.WasmTrapHandlers; fuse++) {
    const expected: FuseState = on.includes(fuse) ? FuseState.ENABLE : FuseState.DISABLE
    assert.equal(wire[fuse], expected, `fuse ${FuseV1Options[fuse]}`)
  }
})

/** Sentinel, version and length as Electron has them, and nine fuses in their factory state. */
async function makePlaceholder(folder: string): Promise<void> {
  await mkdir(path.join(folder, 'resources'), { recursive: true })
  const sentinel = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
  const wire = Buffer.concat([Buffer.from([1, 9]), Buffer.from('101000111')])
  await writeFile(path.join(folder, 'electron'), Buffer.concat([sentinel, wire]), { mode: 0o755 })
  for (const file of ['chrome-sandbox', 'LICENSE', 'LICENSES.chromium.html', 'version']) {
    await writeFile(path.join(folder, file), '')
  }
}

interface ArchiveFolder {
  files: Record<string, ArchiveFolder | { size?: number }>
}

/** An asar begins with four lengths of four bytes and a JSON tree of what is in it. */
async function listArchive(file: string): Promise<string[]> {
  const handle = await open(file)
  try {
    const head = Buffer.alloc(16)
    await handle.read(head, 0, 16, 0)
    const tree = Buffer.alloc(head.readUInt32LE(12))
    await handle.read(tree, 0, tree.length, 16)
    return [...namesIn(JSON.parse(tree.toString()) as ArchiveFolder, '')]
  } finally {
    await handle.close()
  }
}

function* namesIn(folder: ArchiveFolder, prefix: string): Generator<string> {
  for (const [name, entry] of Object.entries(folder.files)) {
    if ('files' in entry) yield* namesIn(entry, `${prefix}${name}/`)
    else yield `${prefix}${name}`
  }
}
