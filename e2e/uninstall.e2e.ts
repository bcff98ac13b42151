/** Nothing of ours is on a computer after an uninstall but what its owner keeps, by labels, folders and processes. */
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { LISTEN, nodeIdOf, running } from './harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage } from './harness/images.ts'
import { KEEPS } from './harness/keeps.ts'
import { CLI, createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../assets/sample')
const missing = enginesUnavailable()
if (missing && process.env.CI) throw new Error(`CI must run these: ${missing}`)
const skipped = missing ? ` [skipped: ${missing}]` : ''
const KEPT = ['engine.json', 'left-data.cbor', 'uninstalled.json', 'volumes']

describe(`mycelium uninstall${skipped}`, { skip: Boolean(missing) }, () => {
  let engine: Engine
  let node: TestNode
  let id: string

  before(async () => {
    engine = await createEngine('uninstall')
    importBusyboxImage(engine, 'hello:1')
    node = createTestNode('uninstall', { DOCKER_HOST: engine.host })
  })
  after(async () => {
    await node?.remove()
    await engine?.remove()
  })

  const listed = (...args: string[]): string[] =>
    engine
      .docker(...args, '--filter', `label=org.mycelium.node=${id}`)
      .split('\n')
      .filter(Boolean)
  const containers = () => listed('ps', '--all', '--quiet')
  const volumes = () => listed('volume', 'ls', '--quiet')
  const processes = (): string[] =>
    readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MYCELIUM_NODE=${id}`)
      } catch {
        return false
      }
    })

  async function foundAndRun(): Promise<void> {
    await node.json('init', '--network-name', 'Garden', '--name', 'one')
    await node.up(...LISTEN)
    id = await nodeIdOf(node)
    assert.equal((await node.call('POST', '/api/workloads', KEEPS)).status, 201)
    const program = ['--program', path.join(SAMPLE, 'greeter.mjs')]
    const manifest = ['--manifest', path.join(SAMPLE, 'manifest.json')]
    const { file } = await node.json<{ file: string }>(
      ...['bundle', 'build', ...manifest, ...program, '--out', node.home],
    )
    const keeps = ['--volume', 'data:/work/data:1Gi']
    await node.json('deploy', '--bundle', file, '--name', 'greeter', ...keeps)
    await running(node, 'keeps', { replicas: 1, timeoutMs: 60_000 })
    await running(node, 'greeter', { replicas: 1, timeoutMs: 60_000 })
    execFileSync('rm', [file])
    assert.notEqual(containers().length, 0)
    assert.notEqual(processes().length, 0)
    assert.equal(volumes().length, 1)
  }

  function nothingRuns(): void {
    const mark = id.slice(0, 16)
    assert.deepEqual(containers(), [])
    assert.deepEqual(listed('network', 'ls', '--quiet'), [])
    assert.deepEqual(processes(), [])
    assert.equal(engine.docker('images', '--quiet', 'mycelium-empty'), '')
    for (const shared of ['/run/mycelium', '/var/lib/mycelium-programs']) {
      assert.equal(existsSync(path.join(shared, mark)), false)
    }
    assert.equal(existsSync(`/run/mycelium-shields/${id.slice(0, 12)}`), false)
    assert.ok(!execFileSync('iptables', ['-S'], { encoding: 'utf8' }).includes(id.slice(0, 12)))
    const groups = execFileSync('find', ['/sys/fs/cgroup', '-name', mark], { encoding: 'utf8' })
    assert.equal(groups, '')
  }

  const written = async (): Promise<string> => {
    const { stdout } = await node.cli('exec', 'greeter', '--', '/bin/cat', '/work/data/file')
    return stdout.trim()
  }
  const programData = async (wanted: string): Promise<void> => {
    await until(`the data of the program to be ${wanted}`, 30_000, async () => {
      type Listed = { volumes: { id: string; state: string }[] }
      const { volumes: kept } = await node.get<Listed>('/api/volumes')
      const [found] = kept.filter(({ id: volume }) => volume.endsWith('.program'))
      if (found?.state === wanted) return true
      throw new Error(JSON.stringify(kept))
    })
  }

  it('keeps what a program wrote, through a killed node and a deletion that is taken back', async () => {
    await foundAndRun()
    const writes = ['/bin/sh', '-c', 'echo mine >/work/data/file']
    assert.equal((await node.cli('exec', 'greeter', '--', ...writes)).code, 0)
    await node.kill()
    await node.up(...LISTEN)
    await running(node, 'greeter', { replicas: 1, timeoutMs: 60_000 })
    assert.equal(await written(), 'mine')
    await programData('used')
    await node.json('delete', 'greeter')
    await programData('deleted')
    await node.json('rollback', 'greeter')
    await running(node, 'greeter', { replicas: 1, timeoutMs: 60_000 })
    assert.equal(await written(), 'mine')
  })

  it('says what it would remove, with amounts, and removes nothing before it is told to', async () => {
    const { stdout } = await node.cli('uninstall', '--dry-run')
    for (const said of [
      /network Garden/,
      /keeps-0/,
      /1 program/,
      /keeps:\n.*data of 2 volumes, /,
    ]) {
      assert.match(stdout, said)
    }
    const { code, stderr } = await node.cli('uninstall')
    assert.equal(code, 4)
    assert.match(stderr, /--yes/)
    assert.notEqual(containers().length, 0)
  })

  it('takes all of it but the data, with the node that runs', async () => {
    const { data, foreign } = await node.json<{ data: unknown[]; foreign: string[] }>(
      ...['uninstall', '--yes'],
    )
    assert.deepEqual([data.length, foreign], [2, []])
    nothingRuns()
    assert.equal(volumes().length, 1)
    assert.deepEqual(readdirSync(node.home).sort(), KEPT)
  })

  it('takes the data too once that is said, without any key, and then finds nothing', async () => {
    await node.json('uninstall', '--yes', '--for-good')
    assert.deepEqual(volumes(), [])
    assert.equal(existsSync(node.home), false)
    assert.deepEqual(await node.json('uninstall', '--yes'), { found: false })
  })

  it('ends what a killed node left, though it is itself killed half way', async () => {
    execFileSync('mkdir', [node.home])
    await foundAndRun()
    await node.kill()
    for (const afterMs of [400, 900, 1_500, 2_200]) {
      const env = { ...process.env, DOCKER_HOST: engine.host, MYCELIUM_HOME: node.home }
      const args = [CLI, 'uninstall', '--yes', '--keep', '--for-good']
      const begun = spawn(process.execPath, args, { env, stdio: 'ignore' })
      const ended = new Promise((resolve) => begun.once('exit', resolve))
      await Promise.race([ended, setTimeout(afterMs)])
      begun.kill('SIGKILL')
      await ended
    }
    await node.json('uninstall', '--yes', '--keep', '--for-good')
    nothingRuns()
    assert.deepEqual([volumes(), readdirSync(node.home)], [[], ['identity']])
  })
})
