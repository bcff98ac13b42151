/**
 * The edge beside a bare Node proxy and HAProxy, and over TLS beside HAProxy: wrk with 64 kept
 * connections; the proxy has core 0 to itself, wrk and the upstream share core 1. Each is measured
 * three times in turn.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http, { createServer } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeAuthority } from '../node-core/work/certificates/testing/made-certificates.ts'
import { end, freePort, pause, start } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

/** Certificate and key in one file, as HAProxy takes them. */
const PEM = 'localhost.pem'
const ROUNDS = 3
const SECONDS = 4

interface Figures {
  perSecond: number
  p99Ms: number
}

export const edgeBench: Bench = {
  name: 'edge',
  title: 'Edge: requests a second and p99 on one core',
  unavailable: () =>
    ['wrk', 'haproxy', 'taskset'].find((program) => !has(program))?.concat(' is not installed'),
  run: compare,
}

async function compare(): Promise<Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-bench-'))
  const upstreamPort = await freePort()
  const upstream = start(
    [process.execPath, import.meta.filename, 'upstream', String(upstreamPort)],
    { core: 1 },
  )
  const results: Record<string, Figures[]> = {}
  const { chain, key } = makeAuthority(['localhost']).certify(['localhost'])
  writeFileSync(path.join(folder, PEM), chain + key)
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, proxy] of Object.entries(PROXIES)) {
        const port = await freePort()
        const child = start(proxy.command(port, upstreamPort, folder), { core: 0 })
        try {
          const figures = await load(proxy.address(port))
          results[name] = [...(results[name] ?? []), figures]
        } finally {
          await end(child)
        }
      }
    }
  } finally {
    await end(upstream)
    rmSync(folder, { recursive: true, force: true })
  }
  return rowsOf(results)
}

const here = (file: string): string => path.join(import.meta.dirname, 'peers', file)

const PROXIES = {
  edge: {
    address: (port: number) => `http://127.0.0.1:${port}/web/`,
    command: (port: number, upstream: number) => [
      process.execPath,
      here('edge-alone.ts'),
      String(port),
      String(upstream),
    ],
  },
  edgeTls: {
    address: (port: number) => `https://localhost:${port}/web/`,
    command: (port: number, upstream: number, folder: string) => [
      ...[process.execPath, here('edge-alone.ts'), String(port), String(upstream)],
      path.join(folder, PEM),
    ],
  },
  node: {
    address: (port: number) => `http://127.0.0.1:${port}/`,
    command: (port: number, upstream: number) => [
      process.execPath,
      here('node-proxy.mjs'),
      String(port),
      String(upstream),
    ],
  },
  haproxy: {
    address: (port: number) => `http://127.0.0.1:${port}/`,
    command: (port: number, upstream: number, folder: string) =>
      haproxy(`127.0.0.1:${port}`, upstream, folder),
  },
  haproxyTls: {
    address: (port: number) => `https://localhost:${port}/`,
    command: (port: number, upstream: number, folder: string) => {
      const pem = path.join(folder, PEM)
      return haproxy(`127.0.0.1:${port} ssl crt ${pem} alpn h2,http/1.1`, upstream, folder)
    },
  },
}

function haproxy(bind: string, upstream: number, folder: string): string[] {
  const file = path.join(folder, 'haproxy.cfg')
  writeFileSync(
    file,
    `global\n nbthread 1\n maxconn 4000\ndefaults\n mode http\n timeout connect 1s\n timeout client 30s\n` +
      ` timeout server 30s\n http-reuse always\nfrontend f\n bind ${bind}\n default_backend b\n` +
      `backend b\n server u 127.0.0.1:${upstream}\n`,
  )
  return ['haproxy', '-db', '-f', file]
}

async function load(url: string): Promise<Figures> {
  for (let i = 0; i < 100; i++) {
    if (await answers(url)) break
    await pause(50)
  }
  wrk(url, 1)
  return wrk(url, SECONDS)
}

/** Whoever it is that answers: its certificate is nobody's concern here. */
function answers(url: string): Promise<boolean> {
  const { get } = url.startsWith('https:') ? https : http
  return new Promise((resolve) => {
    const request = get(url, { agent: false, rejectUnauthorized: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    request.once('error', () => resolve(false))
  })
}

function wrk(url: string, seconds: number): Figures {
  const args = ['-c', '1', 'wrk', '-t1', '-c64', `-d${seconds}s`, '--latency', url]
  const text = execFileSync('taskset', args, { encoding: 'utf8' })
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(text)
  if (bad) throw new Error(`${bad[1]} requests failed at ${url}`)
  const unit = { us: 0.001, ms: 1, s: 1000 } as const
  const p99 = /99%\s+([\d.]+)(us|ms|s)/.exec(text)
  const scale = p99?.[2] === 'us' || p99?.[2] === 's' ? unit[p99[2]] : 1
  return {
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]),
    p99Ms: Number(p99?.[1]) * scale,
  }
}

function rowsOf(results: Record<string, Figures[]>): Row[] {
  const of = (name: string, field: keyof Figures): number =>
    median((results[name] ?? []).map((figures) => figures[field]))
  const rate = (name: string): string =>
    `${Math.round(of(name, 'perSecond')).toLocaleString('en')}/s`
  const beside = (name: string, ours = 'edge'): number =>
    of(ours, 'perSecond') / of(name, 'perSecond')
  const p99 = of('edge', 'p99Ms') / of('node', 'p99Ms')
  return [
    {
      what: 'requests, beside a bare Node proxy',
      ours: rate('edge'),
      peer: rate('node'),
      ratio: beside('node'),
      aim: '≥ 1.18 × (Caddy)',
      met: beside('node') >= 1.18,
      note: 'Caddy does 1.18 × the bare Node proxy on such a machine (16,100 and 13,700/s).',
    },
    {
      what: 'requests, beside HAProxy',
      ours: rate('edge'),
      peer: rate('haproxy'),
      ratio: beside('haproxy'),
      aim: 'stretch: 0.5 ×',
    },
    {
      what: 'requests over TLS, beside HAProxy',
      ours: rate('edgeTls'),
      peer: rate('haproxyTls'),
      ratio: beside('haproxyTls', 'edgeTls'),
      aim: 'stretch: 0.5 ×',
    },
    {
      what: 'p99, beside a bare Node proxy',
      ours: `${of('edge', 'p99Ms').toFixed(1)} ms`,
      peer: `${of('node', 'p99Ms').toFixed(1)} ms`,
      ratio: p99,
      aim: '≤ 1 ×',
      met: p99 <= 1,
    },
  ]
}

if (process.argv[2] === 'upstream') {
  const body = 'x'.repeat(128)
  createServer((_request, response) => response.end(body)).listen(
    Number(process.argv[3]),
    '127.0.0.1',
  )
}
