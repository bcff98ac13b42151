/**
 * What a node costs while nothing happens: memory and CPU with three peers beside bare js-libp2p
 * hosts with three peers, then CPU and traffic with twenty.
 */
import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { allSeeAll, prepareNetwork } from './network.ts'
import { end, firstLine, pause, start, usage } from './processes.ts'
import { type Bench, has, median, type Row } from './report.ts'

const HOST = path.join(import.meta.dirname, 'peers/libp2p-host.mjs')
/** Until the work of starting and meeting is over, and a node saves memory: after a quiet minute. */
const SETTLE_MS = 75_000
/** A whole round of what is done seldom: latencies are told every two minutes. */
const WATCH_MS = 120_000
/** Headers of IPv4 and of TCP with time stamps, for each segment. */
const HEADER_BYTES = 52

interface Idle {
  rssMib: number
  pssMib: number
  cpuPercent: number
  bytesPerSecond: number
}

export const footprintBench: Bench = {
  name: 'footprint',
  title: 'Idle: memory, CPU and traffic',
  unavailable: () => (has('ss') ? undefined : 'ss is not installed'),
  run: compare,
}

async function compare(): Promise<Row[]> {
  // Side by side, so that both idle on the same machine in the same minute.
  const [ours, peer] = await Promise.all([idleNodes(4), idleHosts(4)])
  const many = await idleNodes(21)
  const mib = (value: number): string => `${value.toFixed(1)} MiB`
  const percent = (value: number): string => `${value.toFixed(2)} %`
  const memory = (what: string, field: 'rssMib' | 'pssMib', note: string): Row => {
    const ratio = ours[field] / peer[field]
    const figures = { ours: mib(ours[field]), peer: mib(peer[field]), ratio }
    return { what, ...figures, aim: '≤ 1.25 ×', met: ratio <= 1.25, note }
  }
  const rate = many.bytesPerSecond / 1000
  return [
    memory('memory, 3 peers (RSS)', 'rssMib', 'Median of four processes of each kind.'),
    memory('memory, 3 peers (PSS)', 'pssMib', 'Pages of the Node binary shared out.'),
    {
      what: 'CPU, 3 peers',
      ours: percent(ours.cpuPercent),
      peer: percent(peer.cpuPercent),
      ratio: ours.cpuPercent / peer.cpuPercent,
      aim: '',
    },
    {
      what: 'CPU, 20 peers',
      ours: percent(many.cpuPercent),
      peer: '',
      aim: '≤ 0.5 % of a core',
      met: many.cpuPercent <= 0.5,
    },
    {
      what: 'traffic, 20 peers',
      ours: `${rate.toFixed(2)} kB/s`,
      peer: '',
      aim: '≤ 2 kB/s',
      met: rate <= 2,
      note: 'Both ways, with TCP and IP headers, over all connections of one node; median of all.',
    },
  ]
}

async function idleNodes(count: number): Promise<Idle> {
  const network = await prepareNetwork(count)
  try {
    const nodes = await Promise.all(network.homes.map((home) => home.up()))
    await allSeeAll(nodes)
    return await watch(nodes.map(({ child }) => child.pid ?? 0))
  } finally {
    await network.remove()
  }
}

async function idleHosts(count: number): Promise<Idle> {
  const hosts = []
  const addresses: string[] = []
  try {
    for (let i = 0; i < count; i++) {
      const host = start([process.execPath, HOST, ...addresses])
      hosts.push(host)
      addresses.push((await firstLine(host, /^READY/)).line.split(' ')[1] ?? '')
    }
    return await watch(hosts.map(({ pid }) => pid ?? 0))
  } finally {
    await Promise.all(hosts.map((host) => end(host)))
  }
}

/** The median process, watched for a while after all have settled. */
async function watch(pids: readonly number[]): Promise<Idle> {
  await pause(SETTLE_MS)
  const before = pids.map((pid) => usage(pid))
  const bytesBefore = bytesOf(pids)
  const startedMs = performance.now()
  await pause(WATCH_MS)
  const seconds = (performance.now() - startedMs) / 1000
  const after = pids.map((pid) => usage(pid))
  const bytesAfter = bytesOf(pids)
  const cpu = after.map(({ cpuSeconds }, i) => cpuSeconds - (before[i]?.cpuSeconds ?? 0))
  return {
    rssMib: median(after.map(({ rssMib }) => rssMib)),
    pssMib: median(after.map(({ pssMib }) => pssMib)),
    cpuPercent: (median(cpu) / seconds) * 100,
    bytesPerSecond: median(pids.map((pid) => grown(pid, bytesBefore, bytesAfter) / seconds)),
  }
}

/** What the kernel counted on each TCP connection of each process, by `pid local remote`. */
function bytesOf(pids: readonly number[]): Map<string, number> {
  const text = execFileSync('ss', ['-Htnpi', 'state', 'established'], {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  })
  const wanted = new Set(pids)
  const found = new Map<string, number>()
  // Two lines a connection: who, then its counters, indented.
  for (const [, who = '', counters = ''] of text.matchAll(/^(\S.*)\n\s+(.*)$/gm)) {
    const pid = Number(/pid=(\d+)/.exec(who)?.[1])
    if (!wanted.has(pid)) continue
    const [, , local, remote] = who.split(/\s+/)
    const count = (name: string): number =>
      Number(new RegExp(`\\b${name}:(\\d+)`).exec(counters)?.[1] ?? 0)
    const payload = count('bytes_acked') + count('bytes_received')
    const headers = (count('segs_out') + count('segs_in')) * HEADER_BYTES
    found.set(`${pid} ${local} ${remote}`, payload + headers)
  }
  return found
}

/** A connection that began in between counts from nothing; one that ended is missing. */
function grown(pid: number, before: Map<string, number>, after: Map<string, number>): number {
  let sum = 0
  for (const [key, bytes] of after) {
    if (key.startsWith(`${pid} `)) sum += bytes - (before.get(key) ?? 0)
  }
  return sum
}
