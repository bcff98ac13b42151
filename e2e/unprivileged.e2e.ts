/**
 * A node of an ordinary user who may give the engine orders, as on most desktops: its containers are kept
 * from the home network as those of a node that is root are.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import {
  createNeighbours,
  NEIGHBOUR_PORT,
  type Neighbours,
} from '../node-core/work/shield/testing/neighbours.ts'
import { reached } from '../node-core/work/shield/testing/reached.ts'
import { LISTEN, running } from './harness/cluster.ts'
import { enginesUnavailable } from './harness/engine.ts'
import { importBusyboxImage, untilAsked } from './harness/images.ts'
import { CLI, createTestNode, type TestNode } from './harness/node-process.ts'
import { until } from './harness/waiting.ts'

const USER = 61_000
const B = '/bin/busybox'
const SOCKET = '/var/run/docker.sock'
const IMAGE = 'mycelium-unprivileged:1'
const missing = enginesUnavailable() ?? unready()
const skipped = missing ? ` [skipped: ${missing}]` : ''

/** The checkout may lie where nobody but its owner looks. */
function unready(): string | undefined {
  if (!existsSync(SOCKET)) return `no engine at ${SOCKET}`
  const as = [`--reuid=${USER}`, `--regid=${USER}`, '--clear-groups']
  const { status } = spawnSync('setpriv', [...as, process.execPath, CLI, '--version'])
  return status === 0 ? undefined : `another user cannot run ${path.basename(CLI)} here`
}

const docker = (...args: string[]): string =>
  execFileSync('docker', ['-H', `unix://${SOCKET}`, ...args], { encoding: 'utf8', stdio: 'pipe' })

describe(`a node that is not root${skipped}`, { skip: Boolean(missing) }, () => {
  let node: TestNode
  let near: Neighbours
  let id = ''

  before(async () => {
    near = createNeighbours()
    importBusyboxImage({ docker }, IMAGE)
    const user = { id: USER, group: statSync(SOCKET).gid }
    node = createTestNode('ada', { DOCKER_HOST: `unix://${SOCKET}` }, { user })
    await node.json('init', '--network-name', 'Garden', '--name', 'ada')
    await node.up(...LISTEN)
  })
  after(async () => {
    near?.close()
    await node?.remove()
    docker('rmi', '-f', IMAGE)
  })

  it('keeps its containers from the home network, before and after it was killed', async () => {
    const { status, body } = await node.call('POST', '/api/workloads', {
      name: 'reach',
      containers: [{ image: IMAGE, command: [B, 'sh', '-c', untilAsked('sleep 1000')] }],
      egress: 'all',
      graceMs: 0,
    })
    assert.equal(status, 201, JSON.stringify(body))
    const at = (address: string): string => `${address}:${NEIGHBOUR_PORT}`
    const outside = at(near.outside[0])
    const all = [outside, ...Object.values(near.home).map(at)]
    ;[{ id = '' } = {}] = (await running(node, 'reach', { replicas: 1 })).instances
    const open = (): Promise<string[]> =>
      reached((script) => docker('exec', id, B, 'sh', '-c', script), all)
    assert.deepEqual(await open(), [outside])
    await node.kill()
    assert.deepEqual(await open(), [outside])
    await node.up(...LISTEN)
    await running(node, 'reach', { replicas: 1 })
    assert.deepEqual(await open(), [outside])
  })

  it('leaves no container and no rule of its own once it has stopped', async () => {
    const status = await node.get<{ node: { id: string } }>('/api/status')
    const chains = `MYC-${status.node.id.slice(0, 12)}`
    const rules = (): string => execFileSync('iptables', ['-w', '-S'], { encoding: 'utf8' })
    assert.ok(rules().includes(chains))
    await node.call('DELETE', '/api/workloads/reach')
    await until('the container to go', 20_000, () => {
      return docker('ps', '-q', '--filter', `name=${id}`) === ''
    })
    await node.stop()
    assert.equal(docker('ps', '-aq', '--filter', `label=org.mycelium.node=${status.node.id}`), '')
    assert.ok(!rules().includes(chains))
  })

  it('is taken off with all of that, also what it left when it was killed', async () => {
    await node.up(...LISTEN)
    const status = await node.get<{ node: { id: string } }>('/api/status')
    const ofThis = ['--filter', `label=org.mycelium.node=${status.node.id}`]
    const manifest = {
      name: 'left',
      containers: [{ image: IMAGE, command: [B, 'sh', '-c', untilAsked('sleep 1000')] }],
    }
    assert.equal((await node.call('POST', '/api/workloads', manifest)).status, 201)
    await running(node, 'left', { replicas: 1 })
    await node.kill()
    assert.notEqual(docker('ps', '-aq', ...ofThis), '')
    const { foreign } = await node.json<{ foreign: string[] }>('uninstall', '--yes')
    assert.deepEqual(foreign, [])
    assert.equal(docker('ps', '-aq', ...ofThis), '')
    assert.equal(docker('network', 'ls', '-q', ...ofThis), '')
    const rules = execFileSync('iptables', ['-w', '-S'], { encoding: 'utf8' })
    assert.ok(!rules.includes(`MYC-${status.node.id.slice(0, 12)}`))
    assert.equal(existsSync(node.home), false)
  })
})
