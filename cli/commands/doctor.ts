/** Looks at everything a node needs, says what is wrong, and what to do about it. */
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import path from 'node:path'
import type { Command } from 'commander'
import type { Status } from '../../node-core/api/contract/index.ts'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT } from '../exit-codes.ts'
import { ANSWER_TIMEOUT_MS, CLOCK_TOLERANCE_MS, CONNECT_TIMEOUT_MS } from '../limits.ts'
import type { Act } from '../run.ts'
import { findNode } from '../running-node.ts'
import { whatStays } from './left-data.ts'

export interface Check {
  name: string
  ok: boolean
  /** Nothing to mend, and good to know: it says what is lacking, not that all is well. */
  note?: true
  message: string
  /** What to do about it. */
  fix?: string
}

const NODE_MAJOR_MIN = 24
/** Whoever reads one of them may do what its owner may. */
const SECRET_FILES = ['identity/node.key', 'identity/owner.key', 'api-token', 'seeds.json']
const API_PORT = 7_780
const EDGE_PORT = 8_080
const MESH_PORT = 4_000
/** No clock is right that stands before this product was made. */
const PRODUCT_MADE_MS = Date.UTC(2026, 0, 1)

export function doctorCommand(program: Command, act: Act): void {
  program
    .command('doctor')
    .summary('check this computer')
    .description('Checks runtime, home, engine, ports, peers and clock, and says how to fix them.')
    .addHelpText('after', '\nExample:\n  mycelium doctor')
    .action(act(doctor))
}

async function doctor(context: Context): Promise<void> {
  const checks = await checkAll(context)
  context.answer({ checks }, () => checks.map(lineOf).join('\n'))
  const bad = checks.filter(({ ok }) => !ok)
  if (bad.length === 0) return
  const names = bad.map(({ name }) => name).join(', ')
  throw new CommandFailure(EXIT.FAILED, 'CHECKS_FAILED', `Not in order: ${names}.`)
}

export async function checkAll(context: Context): Promise<Check[]> {
  return [
    checkRuntime(process.versions.node),
    await checkHome(context.home),
    await checkConfig(context),
    await checkEngine(context.env),
    ...(await checkNode(context)),
    await checkClock(context.home, Date.now()),
  ]
}

function lineOf({ name, ok, note, message, fix }: Check): string {
  const verdict = note ? 'note' : ok ? 'ok  ' : 'BAD '
  const line = `${verdict} ${name}: ${message}`
  return ok || fix === undefined ? line : `${line}\n       ${fix}`
}

export function checkRuntime(version: string): Check {
  const ok = Number(version.split('.')[0]) >= NODE_MAJOR_MIN
  const fix = `Run "npm ci" in the project, or install Node ${NODE_MAJOR_MIN}.`
  return { name: 'runtime', ok, message: `Node ${version}`, fix }
}

export async function checkHome(home: string): Promise<Check> {
  const name = 'home'
  try {
    await access(home, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const missing = error instanceof Error && Reflect.get(error, 'code') === 'ENOENT'
    if (missing) return { name, ok: true, message: `${home} will be made at the first start` }
    if (error instanceof Error && Reflect.get(error, 'code') === 'ENOTDIR') {
      const fix = 'Choose another: --home, or MYCELIUM_HOME.'
      return { name, ok: false, message: `a part of ${home} is a file, and no folder`, fix }
    }
    const fix = `Make it yours: chown -R "$USER" ${home}`
    return { name, ok: false, message: `${home} cannot be written to`, fix }
  }
  const open: string[] = []
  for (const secret of SECRET_FILES) {
    const file = path.join(home, secret)
    if (await isOpen(file)) open.push(file)
  }
  if (open.length === 0) return { name, ok: true, message: home }
  const message = `others on this computer can read ${open.join(', ')}`
  return { name, ok: false, message, fix: `chmod 600 ${open.join(' ')}` }
}

async function isOpen(file: string): Promise<boolean> {
  if (process.platform === 'win32') return false
  const found = await stat(file).catch(() => undefined)
  return found !== undefined && (found.mode & 0o077) !== 0
}

async function checkConfig(context: Context): Promise<Check> {
  const { readConfig } = await import('../config.ts')
  try {
    readConfig(context.configHome)
    return { name: 'config', ok: true, message: 'every key is right' }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { name: 'config', ok: false, message, fix: 'Correct these keys, or remove them.' }
  }
}

async function checkEngine(env: NodeJS.ProcessEnv): Promise<Check> {
  const name = 'engine'
  const sockets = env.DOCKER_HOST?.startsWith('unix://')
    ? [env.DOCKER_HOST.slice('unix://'.length)]
    : ['/var/run/docker.sock', `${env.XDG_RUNTIME_DIR ?? ''}/docker.sock`]
  for (const socket of sockets) {
    if (await answers({ path: socket })) {
      return { name, ok: true, message: `Docker answers at ${socket}` }
    }
  }
  // Not a failure: signed programs run without an engine.
  const message = 'no Docker engine; containers cannot run here, programs can'
  return { name, ok: true, note: true, message }
}

async function checkNode(context: Context): Promise<Check[]> {
  if (!findNode(context.home)) {
    const ports = Object.entries(await portsOf(context))
    return [
      { name: 'node', ok: true, message: 'not running; start it with: mycelium up' },
      ...(await Promise.all(ports.map(([name, port]) => checkPort(name, port)))),
    ]
  }
  const node = await context.node()
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const status = await node.call.node.status(undefined, { signal }).catch(() => undefined)
  if (!status) {
    const message = `process ${node.pid} is there and does not answer`
    const fix = 'If it stays so, end it and start it again: mycelium up. Its log says more.'
    return [{ name: 'node', ok: false, message, fix }]
  }
  return [
    { name: 'node', ok: true, message: `process ${node.pid}, ${status.api}` },
    {
      name: 'peers',
      ok: status.degraded.every(({ code }) => code !== 'NO_PEERS'),
      message: `${status.peers} connected`,
      fix: 'Is this computer online? Are the others? mycelium nodes shows who is in sight.',
    },
    ...status.node.kinds.flatMap(boundsOf),
    ...(await checkLeft(node)),
    ...status.degraded.map(({ code, message }) => ({ name: code, ok: false, message })),
  ]
}

/** Not its fault, and good to know: it takes space. */
async function checkLeft({ call }: Awaited<ReturnType<Context['node']>>): Promise<Check[]> {
  const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS)
  const listed = call.volumes.listLeft(undefined, { signal })
  const { volumes } = await listed.catch(() => ({ volumes: [] }))
  const message = whatStays(volumes)
  return message === undefined ? [] : [{ name: 'left data', ok: true, note: true, message }]
}

/** Those that it would take; of a configuration that is wrong another check tells. */
async function portsOf({ configHome }: Context): Promise<Record<string, number>> {
  const { readConfig } = await import('../config.ts')
  let config: ReturnType<typeof readConfig> = {}
  try {
    config = readConfig(configHome)
  } catch {
    // As it would be without one.
  }
  const ports = {
    'API port': config.api?.port ?? API_PORT,
    'edge port': config.edge?.port ?? EDGE_PORT,
    ...(config.network?.listen === undefined && { 'mesh port': MESH_PORT }),
  }
  // 0 is whatever is free.
  return Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== 0))
}

/** What the node found out about this computer: not its fault, and good to know. */
function boundsOf({ kind, notes = [] }: Status['node']['kinds'][number]): Check[] {
  const name = kind === 'process' ? 'programs' : `${kind}s`
  return notes.map((message) => ({ name, ok: true, note: true, message }))
}

function checkPort(name: string, port: number): Promise<Check> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      const fix = 'Choose another with --api-port, --edge-port or --listen; 0 picks a free one.'
      resolve({ name, ok: false, message: `${port} is taken by another program`, fix })
    })
    server.listen(port, '127.0.0.1', () => {
      server.close(() => resolve({ name, ok: true, message: `${port} is free` }))
    })
  })
}

/** Nobody here can be asked for the time; but nothing on disk can be from the future. */
export async function checkClock(home: string, nowMs: number): Promise<Check> {
  const name = 'clock'
  const entries = await readdir(home).catch(() => [])
  const times = await Promise.all(
    entries.map(
      async (entry) => (await stat(path.join(home, entry)).catch(() => undefined))?.mtimeMs,
    ),
  )
  const newestMs = Math.max(0, ...times.flatMap((time) => time ?? []))
  const ok = nowMs > PRODUCT_MADE_MS && newestMs - nowMs < CLOCK_TOLERANCE_MS
  const message = new Date(nowMs).toISOString()
  const fix = 'Set the clock; certificates are refused when it is more than two hours off.'
  return { name, ok, message: ok ? message : `${message} is before what was written here`, fix }
}

function answers(to: { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(to)
    const end = (ok: boolean) => (): void => {
      socket.destroy()
      resolve(ok)
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, end(false))
    socket.once('connect', end(true))
    socket.once('error', end(false))
  })
}
