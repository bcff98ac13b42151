/** A real node in a process of its own, with its own home, driven through the command line and HTTP. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Agent, fetch, type RequestInit, type Response } from 'undici'
import { createForward, type Forward } from './forward.ts'
import { until } from './waiting.ts'

const OF_SOURCES = path.resolve(import.meta.dirname, '../../cli/mycelium.js')
/** That of the sources, or the bundled one that `npm test` makes: it starts in half the time. */
export const CLI = process.env.E2E_CLI || OF_SOURCES

type Asked = Omit<RequestInit, 'headers' | 'dispatcher'> & { headers?: Record<string, string> }

export interface CliResult {
  code: number
  stdout: string
  stderr: string
}

/**
 * No connection is used twice: while a test waits for a program in one go, the node closes what is idle,
 * and nobody here hears of it before the next request goes out on it.
 */
const EACH_ITS_OWN = new Agent({ pipelining: 0 })

export interface TestNode {
  readonly name: string
  readonly home: string
  /** Set by `up`. */
  api: string
  edge: string
  peerId: string
  pid: number
  /** Runs a command on this home; never throws. */
  cli(...args: string[]): Promise<CliResult>
  /** Runs a command with --json and parses what it prints; throws when it fails. */
  json<T = Record<string, unknown>>(...args: string[]): Promise<T>
  up(...args: string[]): Promise<void>
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
  /** SIGTERM, and waits until it is gone. */
  stop(): Promise<void>
  get<T = Record<string, unknown>>(route: string): Promise<T>
  call(
    method: string,
    route: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Called>
  /** A request whose answer is read as it comes. */
  open(route: string, signal: AbortSignal): Promise<Response>
  /** GET through this node's edge, by path. */
  viaEdge(route: string, headers?: Record<string, string>): Promise<EdgeAnswer>
  log(): string
  remove(): Promise<void>
}

export interface Called {
  status: number
  body: unknown
}

export interface EdgeAnswer {
  status: number
  text: string
  /** The X-Mycelium-Edge header. */
  by: string
}

export interface TestNodeOptions {
  namespace?: string
  /** Instead of root; numbers, and the user's own group has the user's. */
  user?: { id: number; group: number }
  /** Runs before anything of the node, and may put other modules in place of its own. */
  preload?: string
}

export function createTestNode(
  name: string,
  environment: Record<string, string> = {},
  options: TestNodeOptions = {},
): TestNode {
  const { namespace, user, preload } = options
  // The bundle has no modules in whose place another could be put.
  const cli = preload ? OF_SOURCES : CLI
  const [program = '', ...before] = [
    ...(namespace ? ['ip', 'netns', 'exec', namespace] : []),
    ...(user
      ? ['setpriv', `--reuid=${user.id}`, `--regid=${user.id}`, `--groups=${user.group}`]
      : []),
    process.execPath,
  ]
  const home = mkdtempSync(path.join(tmpdir(), `mycelium-home-${name}-`))
  if (user) chownSync(home, user.id, user.id)
  const env = {
    ...{ ...process.env, NO_COLOR: '1', ...environment, MYCELIUM_HOME: home },
    ...(preload && { NODE_OPTIONS: `--import=${preload}` }),
  }
  let child: ChildProcess | undefined
  let forward: Forward | undefined
  let edgeForward: Forward | undefined
  let output = ''

  const token = (): string => readFileSync(path.join(home, 'api-token'), 'utf8').trim()

  const node: TestNode = {
    name,
    home,
    api: '',
    edge: '',
    peerId: '',
    pid: 0,
    cli: (...args) =>
      new Promise((resolve) => {
        execFile(
          program,
          [...before, cli, ...args],
          { env, maxBuffer: 64 << 20, timeout: 120_000 },
          (error, stdout, stderr) => {
            const code = typeof error?.code === 'number' ? error.code : error ? 1 : 0
            resolve({ code, stdout, stderr })
          },
        )
      }),
    async json(...args) {
      const result = await node.cli('--json', ...args)
      if (result.code !== 0) {
        throw new Error(`mycelium ${args.join(' ')} exited ${result.code}: ${result.stderr}`)
      }
      return JSON.parse(result.stdout)
    },
    async up(...args) {
      const given = ['--json', 'up', '--no-open', '--api-port', '0', '--edge-port', '0', ...args]
      const started = spawn(program, [...before, cli, ...given], {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      let stdout = ''
      started.stdout.on('data', (data) => {
        stdout += data
      })
      started.stderr.on('data', (data) => {
        output += data
      })
      const ready = await until(`${name} to be ready`, 120_000, () => {
        if (started.exitCode !== null) throw new Error(`${name} exited: ${output.slice(-2_000)}`)
        const line = stdout.split('\n').find((text) => text.includes('"ready"'))
        return line ? JSON.parse(line) : undefined
      })
      Object.assign(node, {
        api: ready.api,
        edge: ready.edge,
        peerId: ready.peerId,
        pid: ready.pid,
      })
      if (!namespace) return
      forward = await createForward(namespace, home, node.api)
      // Who is in no network yet has none.
      if (node.edge) edgeForward = await createForward(namespace, home, node.edge)
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    async get(route) {
      const { status, body } = await node.call('GET', route)
      if (status !== 200) throw new Error(`GET ${route}: ${status} ${JSON.stringify(body)}`)
      return body as never
    },
    async call(method, route, body, headers = {}) {
      const response = await ask(route, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(30_000),
      })
      const text = await response.text()
      return { status: response.status, body: parseIfJson(text) }
    },
    open: (route, signal) => ask(route, { signal }),
    viaEdge: (route, headers = {}) =>
      fetchThroughEdge(`${node.edge}${route}`, headers, edgeForward?.socketPath),
    log: () => output,
    async remove() {
      await end('SIGTERM')
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }

  function ask(route: string, { headers = {}, ...rest }: Asked): Promise<Response> {
    return fetch(`${node.api}${route}`, {
      ...rest,
      headers: { ...headers, authorization: `Bearer ${token()}` },
      dispatcher: forward?.dispatcher ?? EACH_ITS_OWN,
    })
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child
    for (const way of [forward, edgeForward]) way?.end()
    forward = undefined
    edgeForward = undefined
    if (!running || running.exitCode !== null || running.signalCode !== null) return
    // `up` may run the node in a process of its own; the ready line names it.
    if (node.pid !== 0 && node.pid !== running.pid) killIfThere(node.pid, signal)
    running.kill(signal)
    await until(
      `${name} to end`,
      30_000,
      () => running.exitCode !== null || running.signalCode !== null,
    )
  }
  return node
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    // Of the life before, when this one never came to be ready.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** `fetch` does not let a Host header through, so this is plain http. */
function fetchThroughEdge(
  url: string,
  headers: Record<string, string>,
  socketPath: string | undefined,
): Promise<EdgeAnswer> {
  const options = { headers, timeout: 10_000, agent: false, ...(socketPath && { socketPath }) }
  return new Promise((resolve, reject) => {
    const asked = request(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (data) => {
        text += data
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text,
          by: String(response.headers['x-mycelium-edge'] ?? ''),
        }),
      )
    })
    asked.on('timeout', () => asked.destroy(new Error('The edge did not answer in 10 s.')))
    asked.on('error', reject)
    asked.end()
  })
}
