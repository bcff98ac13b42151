/** What is published: packed, installed into an empty folder, and used from there. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { until } from './harness/waiting.ts'

const PACK = path.resolve(import.meta.dirname, '../scripts/pack.ts')
const BY_NPM = /^(npm_(package|lifecycle|command|execpath|config_(local|global)_prefix)|INIT_CWD)/
const run = promisify(execFile)

describe('the published package', () => {
  const top = mkdtempSync(path.join(tmpdir(), 'mycelium-package-'))
  const built = path.join(top, 'package')
  const folder = path.join(top, 'installed')
  const env = cleanEnvironment(path.join(top, 'home'))
  let up: ChildProcess | undefined

  const mycelium = async (...args: string[]): Promise<string> =>
    (await run('npx', ['--no-install', 'mycelium', ...args], { cwd: folder, env })).stdout

  before(async () => {
    await run(process.execPath, [PACK, '--out', built])
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
    const packed = await run('npm', ['pack', built, '--json'], { cwd: top, env })
    const [{ filename }] = JSON.parse(packed.stdout)
    const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--prefix', folder]
    const tarball = path.join(top, filename)
    await run('npm', ['install', ...quietly, tarball], { cwd: folder, env, timeout: 300_000 })
  })
  after(async () => {
    // With all that it started: npx passes no signal on, and a node left behind holds its output open.
    if (up?.pid && up.exitCode === null) {
      process.kill(-up.pid, 'SIGTERM')
      await once(up, 'close')
    }
    rmSync(top, { recursive: true, force: true, maxRetries: 5 })
  })

  it('holds no sources and brings a runtime of its own', () => {
    const at = (file: string): boolean => existsSync(path.join(folder, 'node_modules', file))
    assert.ok(at('mycelium/cli/main.js') && at('mycelium/THIRD-PARTY-NOTICES'))
    assert.ok(!at('mycelium/node-core') && !at('mycelium/cli/main.ts'))
    const bundled = ['electron', 'react', 'libp2p', 'dockerode', 'ssh2', '@grpc/grpc-js']
    assert.ok(!bundled.some(at), 'only what cannot be bundled')
    assert.ok(at('node/package.json'))
    const chunks = globSync(path.join(folder, 'node_modules/mycelium/cli/chunks/*.js'))
    const wide = chunks.filter((file) => /[^\0-\x7f]/.test(readFileSync(file, 'utf8')))
    assert.ok(chunks.length > 0)
    assert.deepEqual(wide, [], 'V8 keeps it with one byte a character')
  })

  it('founds a network, runs a node, shows it and stops it', async () => {
    assert.match(await mycelium('--version'), /^\d+\.\d+\.\d+\n$/)
    const founded = JSON.parse(
      await mycelium('--json', 'init', '--network-name', 'Packed', '--name', 'ada'),
    )
    const ports = ['--api-port', '0', '--edge-port', '0', '--listen', '/ip4/127.0.0.1/tcp/0']
    const given = ['--json', 'up', '--no-open', '--no-mdns', ...ports]
    const running = spawn('npx', ['--no-install', 'mycelium', ...given], {
      ...{ cwd: folder, env, detached: true },
    })
    up = running
    let [stdout, stderr] = ['', '']
    running.stdout.on('data', (data) => {
      stdout += data
    })
    running.stderr.on('data', (data) => {
      stderr += data
    })
    const ready = await until('the node to be ready', 60_000, () => {
      if (running.exitCode !== null) throw new Error(`It ended: ${stderr.slice(-2_000)}`)
      return stdout.includes('"ready"') && JSON.parse(stdout)
    })

    const status = JSON.parse(await mycelium('--json', 'status'))
    assert.equal(status.node.id, founded.nodeId)
    assert.equal(status.network.name, 'Packed')
    if (existsSync(path.join(built, 'out/renderer'))) {
      assert.match(await (await fetch(ready.api)).text(), /<html/)
    }
    const ended = once(running, 'exit')
    await mycelium('down')
    await ended
  })
})

/** As in a shell of a person: nothing of this project on the path, and no word of its npm. */
function cleanEnvironment(home: string): NodeJS.ProcessEnv {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const outside = folders.filter((each) => !each.includes('node_modules'))
  const hasNode = outside.some((each) => existsSync(path.join(each, 'npx')))
  const kept = Object.entries(process.env).filter(([name]) => !BY_NPM.test(name))
  return {
    ...Object.fromEntries(kept),
    PATH: (hasNode ? outside : folders).join(path.delimiter),
    MYCELIUM_HOME: home,
    DOCKER_HOST: 'unix:///nowhere.sock',
    NO_COLOR: '1',
  }
}
