/**
 * The edge beside a bare Node proxy and HAProxy, and over TLS beside HAProxy: wrk with 64 kept
 * connections; the proxy has core 0 to itself, wrk and the upstream share core 1. Each is measured
 * three times in turn. How long an answer takes is asked at one rate for all as well: the quicker a
 * proxy is, the more wrk asks of it and of the upstream.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import http, { createServer } from 'node:http'
import https from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeAuthority } from '../node-core/work/certificates/testing/made-certificates.ts'
import { end, freePort, pause, start } from './processes.ts'
import { type Bench, has, median, percentile, type Row } from './report.ts'

/** Certificate and key in one file, as HAProxy takes them. */
const PEM = 'localhost.pem'
const ROUNDS = 3
const SECONDS = 4
const CONNECTIONS = 64
/** Of what the bare proxy did at its most: what asks shares a core with the upstream. */
const PACED_SHARE = 0.4
const PACED_STEP = 1_000
const PACED_ROUNDS = 5

interface Figures {
  perSecond: number
  p99Ms: number
}

export const edgeBench: Bench = {
  name: 'edge',
  title: 'Edge: requests a second and p99 on one core',
  unavailable: () =>
    ['wrk', 'h2load', 'haproxy', 'taskset']
      .find((program) => !has(program))
      ?.concat(' is not installed'),
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
  const paced: Record<string, number[]> = {}
  let perSecond = 0
  const { chain, key } = makeAuthority(['localhost']).certify(['localhost'])
  writeFileSync(path.join(folder, PEM), chain + key)
  const ask = async <T>(name: ProxyName, measure: (url: string) => T): Promise<T> => {
    const port = await freePort()
    const child = start(PROXIES[name].command(port, upstreamPort, folder), { core: 0 })
    try {
      await warm(PROXIES[name].address(port))
      return measure(PROXIES[name].address(port))
    } finally {
      await end(child)
    }
  }
  try {
    for (let round = 0; round < ROUNDS; round++) {
      for (const name of NAMES) {
        results[name] = [...(results[name] ?? []), await ask(name, (url) => wrk(url, SECONDS))]
      }
    }
    const most = median((results.node ?? []).map((figures) => figures.perSecond))
    perSecond = Math.round((PACED_SHARE * most) / PACED_STEP) * PACED_STEP
    for (let round = 0; round < PACED_ROUNDS; round++) {
      for (const name of PACED) {
        const p99Ms = await ask(name, (url) =>
          atOneRate(url, perSecond, path.join(folder, 'times')),
        )
        paced[name] = [...(paced[name] ?? []), p99Ms]
      }
    }
  } finally {
    await end(upstream)
    rmSync(folder, { recursive: true, force: true })
  }
  return [...rowsOf(results), pacedRow(paced, perSecond)]
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

type ProxyName = keyof typeof PROXIES
const NAMES: readonly ProxyName[] = ['edge', 'edgeTls', 'node', 'haproxy', 'haproxyTls']
const PACED: readonly ProxyName[] = ['edge', 'node']

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

async function warm(url: string): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if (await answers(url)) break
    await pause(50)
  }
  wrk(url, 1)
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
  const args = ['-c', '1', 'wrk', '-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', url]
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

/** The 99th percentile of all answers at that rate. Milliseconds. */
/** Of all connections together. */
function atOneRate(url: string, perSecond: number, file: string): number {
  const rate = `--rps=${perSecond / CONNECTIONS}`
  const times = ['-D', String(SECONDS), '--warm-up-time=1', `--log-file=${file}`]
  const args = ['-c', '1', 'h2load', '--h1', '-t1', '-c', String(CONNECTIONS), rate, ...times, url]
  rmSync(file, { force: true })
  execFileSync('taskset', args, { stdio: 'ignore' })
  // When it began, its status, how many microseconds it took.
  const answers = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map(Number))
  const bad = answers.filter(([, status]) => status !== 200).length
  if (bad > 0) throw new Error(`${bad} requests failed at ${url}`)
  if (answers.length < 0.95 * perSecond * SECONDS) {
    throw new Error(`${url} did ${answers.length / SECONDS}/s of ${perSecond}/s.`)
  }
  return (
    percentile(
      answers.map(([, , micros = 0]) => micros),
      0.99,
    ) / 1_000
  )
}

function pacedRow(paced: Record<string, number[]>, perSecond: number): Row {
  const [ours, peer] = [median(paced.edge ?? []), median(paced.node ?? [])]
  const text = (ms: readonly number[] = []): string => ms.map((one) => one.toFixed(1)).join(', ')
  return {
    what: `p99 at ${perSecond.toLocaleString('en')} requests/s, beside a bare Node proxy`,
    ...{ ours: `${ours.toFixed(1)} ms`, peer: `${peer.toFixed(1)} ms`, ratio: ours / peer },
    ...{ aim: '≤ 1 ×', met: ours <= peer },
    note: `By round: ${text(paced.edge)} ms; the bare proxy ${text(paced.node)} ms.`,
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
      what: 'p99 with as many requests as it can do, beside a bare Node proxy',
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
