/** Real HTTP servers as instances and an in-memory mesh between two nodes, for this module's tests. */
import { createHash } from 'node:crypto'
import http, { type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type Clock, createSystemClock } from '../../base/clock/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import { createMemoryLogger, type LogLine } from '../../base/log/index.ts'
import type { Net, NetStream, NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, type NetworkId, type OwnerId } from '../../identity/index.ts'
import { type EdgeRules, edgeOf, type Instance } from '../spec/index.ts'
import {
  createEdge,
  createGate,
  createInUse,
  createTunnelServer,
  type Edge,
  type EdgeOptions,
  type Endpoint,
  type EndpointSource,
  type Gate,
  type InUse,
  type Standing,
} from './index.ts'

export const HERE = 'a'.repeat(64) as NodeId
export const THERE = 'b'.repeat(64) as NodeId
export const NETWORK = 'd'.repeat(64) as NetworkId
/** The node's key that signs passes, in these tests also of its owner. */
export const MEMBER = generateKey(createSeededRandom(2))
export const OWNER = 'c'.repeat(64) as OwnerId

export interface Stage {
  /** Starts a server as an instance of the workload. */
  instance(
    workload: string,
    listener: RequestListener,
    on?: NodeId,
  ): Promise<Endpoint & { server: Server }>
  edge(options?: EdgeOptions): Promise<Edge>
  endpoints: Map<string, Endpoint[]>
  /** Workloads that may be asleep, and how long requests wait for them. */
  wakes: Map<string, number>
  /** Whole names of workloads of the owner of `HERE`, by what that owner calls them. */
  ownNames: Map<string, string>
  /** Workloads that declare no port. */
  portless: Set<string>
  paused: Set<string>
  /** What workloads ask of the edge, over what is asked by default. */
  rules: Map<string, Partial<EdgeRules>>
  gate: Gate
  /** Of `HERE` and `THERE`. */
  inUse: InUse
  /** What the edge learns; tests may have it fail. */
  source: EndpointSource
  /** What was logged. */
  lines: readonly LogLine[]
  /** Owners of nodes, and what they may do. */
  standings: Map<NodeId, Standing>
  /** Tells the edge that endpoints or rules have changed. */
  changed(): void
  /** Whether the owner of `HERE` holds `use`. */
  entitled: boolean
  /** Whether it is known what is wanted. */
  isCurrent: boolean
  /** How often `THERE` is yet looked for in vain. */
  unmet: number
  close(): Promise<void>
}

/** Draws the first of several each time, so that tests know who is asked. */
const random = { ...createSeededRandom(1), float: () => 0, int: () => 0 }

export function createStage(clock: Clock = createSystemClock()): Stage {
  const endpoints = new Map<string, Endpoint[]>()
  const servers: Server[] = []
  const edges: Edge[] = []
  const logger = createMemoryLogger()
  const mesh = createPair()
  const local = (): Instance[] =>
    [...endpoints.values()]
      .flat()
      .filter(({ node }) => node === THERE)
      .map(instanceOf)
  const listeners = new Set<() => void>()
  const source: EndpointSource = {
    meant: (said) => stage.ownNames.get(said) ?? said,
    service(name) {
      if (!endpoints.has(name)) return undefined
      const wakeMs = stage.wakes.get(name)
      const rules = { ...edgeOf({}), ...stage.rules.get(name) }
      const portless = stage.portless.has(name) && ({ portless: true } as const)
      const paused = stage.paused.has(name) && ({ paused: true } as const)
      return {
        owner: OWNER,
        rules,
        ...paused,
        ...(wakeMs !== undefined && { wakeMs }),
        ...portless,
      }
    },
    isCurrent: () => stage.isCurrent,
    endpoints(name, containerPort = 80) {
      return (endpoints.get(name) ?? []).filter((one) => one.containerPort === containerPort)
    },
    published: () =>
      [...stage.rules].flatMap(([workload, { tcp = [] }]) =>
        tcp.map((one) => ({ ...one, workload })),
      ),
    trouble: () => 'No computer has room.',
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  const mayUse = (): boolean => stage.entitled
  const inUse = createInUse(clock)
  const tunnels = createTunnelServer({
    net: mesh.there,
    instances: { local },
    mayUse,
    mayKeep: mayUse,
    inUse,
    clock,
    logger,
  })

  const stage: Stage = {
    inUse,
    source,
    lines: logger.lines,
    endpoints,
    wakes: new Map(),
    ownNames: new Map(),
    portless: new Set(),
    paused: new Set(),
    rules: new Map(),
    gate: createGate({
      ...{ network: NETWORK, self: HERE, key: MEMBER, clock },
      standing: (node) => stage.standings.get(node),
    }),
    standings: new Map(),
    changed: () => {
      for (const listener of listeners) listener()
    },
    entitled: true,
    isCurrent: true,
    unmet: 0,
    async instance(workload, listener, on = HERE) {
      const server = http.createServer(listener)
      servers.push(server)
      const hostPort = await listen(server)
      const known = endpoints.get(workload) ?? []
      const instance = `${workload}-${known.length}-abcdef`
      const endpoint = { workload, instance, node: on, containerPort: 80, hostPort, healthy: true }
      endpoints.set(workload, [...known, endpoint])
      return { ...endpoint, server }
    },
    async edge(options) {
      await tunnels.start()
      const deps = {
        self: HERE,
        net: {
          openStream(...asked: Parameters<Net['openStream']>) {
            if (stage.unmet-- > 0) throw new MyceliumError('NET_UNREACHABLE', 'Not met yet.')
            return mesh.here.openStream(...asked)
          },
        },
        endpoints: source,
        gate: stage.gate,
        inUse: stage.inUse,
        clock,
        random,
        logger,
      }
      const edge = createEdge(deps, { port: 0, ...options })
      edges.push(edge)
      await edge.start()
      return edge
    },
    async close() {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
      for (const edge of edges) await edge.stop()
      await tunnels.stop()
    },
  }
  return stage
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

function instanceOf({ workload, instance, node, containerPort, hostPort }: Endpoint): Instance {
  return {
    id: instance,
    workload,
    index: 0,
    generation: 1,
    node,
    status: 'Running',
    health: 'healthy',
    ports: { [containerPort]: hostPort },
    restarts: 0,
  }
}

/** Opens streams from `here` to what `there` serves, with a window of one message each way. */
export function createPair(): { here: Pick<Net, 'openStream'>; there: Pick<Net, 'onStream'> } {
  const handlers = new Map<string, (stream: NetStream, peer: NodeId) => void>()
  return {
    here: {
      async openStream(_peer, protocol) {
        const handler = handlers.get(protocol)
        if (!handler) throw new MyceliumError('NET_UNREACHABLE', 'Nobody is there.')
        const [near, far] = createStreamPair()
        handler(far, HERE)
        return near
      },
    },
    there: {
      onStream(protocol, handler) {
        handlers.set(protocol, handler)
        return () => handlers.delete(protocol)
      },
    },
  }
}

export function createStreamPair(): [NetStream, NetStream] {
  const forth = createPipe()
  const back = createPipe()
  const end = (writes: Pipe, reads: Pipe): NetStream => ({
    write: writes.write,
    closeWrite: writes.end,
    abort(reason) {
      writes.fail(reason)
      reads.fail(reason)
    },
    [Symbol.asyncIterator]: reads.read,
  })
  return [end(forth, back), end(back, forth)]
}

interface Pipe {
  write(bytes: Uint8Array): Promise<void>
  end(): Promise<void>
  fail(reason: Error): void
  read(): AsyncIterator<Uint8Array>
}

/** Holds one chunk: a write resolves when it has been read. */
function createPipe(): Pipe {
  let held: { bytes: Uint8Array; taken: () => void; lost: (e: Error) => void } | undefined
  let ended = false
  let failure: Error | undefined
  let wake: () => void = () => {}
  return {
    write(bytes) {
      if (failure) return Promise.reject(failure)
      return new Promise((taken, lost) => {
        held = { bytes: Uint8Array.from(bytes), taken, lost }
        wake()
      })
    },
    async end() {
      ended = true
      wake()
    },
    fail(reason) {
      failure ??= reason
      held?.lost(failure)
      held = undefined
      wake()
    },
    async *read() {
      for (;;) {
        if (failure) throw failure
        if (held) {
          const { bytes, taken } = held
          held = undefined
          taken()
          yield bytes
        } else if (ended) return
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: string
}

/** One request by host name, on a connection of its own. */
export function ask(
  edge: { port: number },
  host: string,
  options: http.RequestOptions = {},
  body?: string | Buffer,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({
      port: edge.port,
      agent: false,
      path: '/',
      ...options,
      headers: { host, ...(options.headers as http.OutgoingHttpHeaders | undefined) },
    })
    request.once('error', reject)
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
      )
    })
    request.end(body)
  })
}

/** Sends bytes as they are and gives back what came until the connection closed. */
export function raw(edge: { port: number }, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(edge.port, '127.0.0.1')
    let got = ''
    socket.setEncoding('latin1').on('data', (part: string) => (got += part))
    socket.once('error', reject)
    socket.once('close', () => resolve(got))
    socket.write(text, 'latin1')
  })
}

export const says =
  (text: string): RequestListener =>
  (_request, response) =>
    void response.end(text)

/** Answers with what it was asked, as JSON; the body as its length and hash. */
export const echo: RequestListener = (request, response) => {
  const hash = createHash('sha256')
  let bytes = 0
  request.on('data', (part: Buffer) => {
    bytes += part.byteLength
    hash.update(part)
  })
  request.on('end', () => {
    const { method, url, headers } = request
    response.end(JSON.stringify({ method, url, headers, bytes, sha256: hash.digest('hex') }))
  })
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
