/** A network of real node processes on loopback, prepared once and then started all at once. */
import type { ChildProcess } from 'node:child_process'
import { openSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { WebSocket } from 'ws'
import { createTestNode } from '../e2e/harness/node-process.ts'
import { end, firstLine, freePort, pause, start } from './processes.ts'
import { bundledCli } from './program.ts'

/** Joins asked for at the same time. */
const JOINS_AT_ONCE = 2

export interface BenchNode {
  readonly name: string
  readonly id: string
  readonly api: string
  readonly edge: string
  /** What every request carries: the node's token. */
  readonly headers: Readonly<Record<string, string>>
  readonly child: ChildProcess
  readonly startedAtMs: number
  readonly readyAtMs: number
  call<T = unknown>(method: string, route: string, body?: unknown): Promise<T>
  /** Events of one topic from now on; ends with the node. */
  watch(topic: string, take: (event: NodeEvent, atMs: number) => void): Promise<void>
}

export interface NodeEvent {
  type: string
  data: Record<string, unknown>
}

/** A home that belongs to the network, whether or not its node runs. */
export interface BenchHome {
  readonly name: string
  readonly folder: string
  up(command?: readonly string[]): Promise<BenchNode>
}

export interface BenchNetwork {
  /** The founder's is the first. Nobody runs yet, and only the founder has met the others. */
  readonly homes: readonly BenchHome[]
  remove(): Promise<void>
}

export interface NetworkOptions {
  /** Default: raft. */
  consensus?: 'raft' | 'simplex'
  env?: Record<string, string>
}

const homesMade = new Set<string>()
process.once('exit', () => {
  for (const home of homesMade) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
})

/** Founds a network and lets `count - 1` other homes join it by one invite. */
export async function prepareNetwork(
  count: number,
  { env = {}, consensus = 'raft' }: NetworkOptions = {},
): Promise<BenchNetwork> {
  // The others are told where the founder is, so that address has to last.
  const founderPort = await freePort()
  const environment = { DOCKER_HOST: 'unix:///nowhere.sock', ...env }
  const testNodes = Array.from({ length: count }, (_, i) => createTestNode(`n${i}`, environment))
  for (const { home } of testNodes) homesMade.add(home)
  const running = new Set<ChildProcess>()
  const homes = testNodes.map((node, i): BenchHome => {
    const address = `/ip4/127.0.0.1/tcp/${i === 0 ? founderPort : 0}`
    const given = { name: node.name, home: node.home, address, env: environment }
    return { name: node.name, folder: node.home, up: (command) => up(given, running, command) }
  })
  const network: BenchNetwork = {
    homes,
    async remove() {
      await Promise.all([...running].map((child) => end(child)))
      for (const { home } of testNodes) {
        rmSync(home, { recursive: true, force: true, maxRetries: 5 })
        homesMade.delete(home)
      }
    },
  }
  try {
    const [founder, ...others] = testNodes
    await founder?.json(
      ...['init', '--network-name', 'Bench', '--name', founder.name, '--consensus', consensus],
    )
    if (others.length === 0) return network
    const first = await homes[0]!.up()
    const uses = String(others.length)
    const { invite } = await founder!.json<{ invite: string }>('invite', '--uses', uses)
    const waiting = [...others]
    const join = async (): Promise<void> => {
      for (let node = waiting.pop(); node; node = waiting.pop()) {
        await node.json('join', invite, '--name', node.name)
      }
    }
    await Promise.all(Array.from({ length: JOINS_AT_ONCE }, join))
    await end(first.child, 'SIGTERM')
    return network
  } catch (error) {
    await network.remove()
    throw error
  }
}

interface HomeGiven {
  name: string
  home: string
  address: string
  env: Record<string, string>
}

async function up(
  { name, home, address, env }: HomeGiven,
  running: Set<ChildProcess>,
  command: readonly string[] = [process.execPath, bundledCli()],
): Promise<BenchNode> {
  const startedAtMs = performance.now()
  const ports = ['--listen', address, '--api-port', '0', '--edge-port', '0']
  const log = path.join(home, 'bench.log')
  const child = start([...command, '--json', 'up', '--no-open', '--no-mdns', ...ports], {
    env: { ...env, NO_COLOR: '1', MYCELIUM_HOME: home },
    stderr: openSync(log, 'a'),
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  const { line, atMs } = await firstLine(child, /"ready"/).catch((cause) => {
    throw new Error(`${name}: ${readFileSync(log, 'utf8').slice(-2_000)}`, { cause })
  })
  const { api, edge } = JSON.parse(line)
  const token = readFileSync(path.join(home, 'api-token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}` }
  const call = async (method: string, route: string, body?: unknown) => {
    const response = await fetch(`${api}${route}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': JSON_TYPE }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }
  const { node: id } = await call('GET', '/health')
  const watch: BenchNode['watch'] = (topic, take) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(`${api.replace('http', 'ws')}/api/ws/events`, { headers })
      socket.on('open', () => socket.send(JSON.stringify({ subscribe: [topic] })))
      socket.on('error', reject)
      socket.on('message', (data) => {
        const atMs = performance.now()
        const event: NodeEvent = JSON.parse(String(data))
        if (event.type === 'events.subscribed') resolve()
        else take(event, atMs)
      })
    })
  return { name, id, api, edge, headers, child, startedAtMs, readyAtMs: atMs, call, watch }
}

const JSON_TYPE = 'application/json'

/** Until every node lists as many as there are, all of them Ready, by asking each. */
export async function allSeeAll(nodes: readonly BenchNode[], timeoutMs = 120_000): Promise<void> {
  for (const node of nodes) {
    const deadlineMs = performance.now() + timeoutMs
    for (;;) {
      // While many start on few cores, a question may be lost; the next one counts.
      const answer = await node.call<NodesDocument>('GET', '/api/cluster/nodes').catch(() => null)
      const alive = answer?.nodes.filter(({ liveness }) => liveness === 'alive')
      if (alive?.length === nodes.length) break
      if (performance.now() > deadlineMs) throw new Error(`${node.name} does not see everybody.`)
      await pause(250)
    }
  }
}

export interface NodesDocument {
  nodes: { id: string; name: string; liveness: string }[]
}
