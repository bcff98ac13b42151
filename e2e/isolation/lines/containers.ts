/** What bounds containers and what they are kept to, line by line; and the computer beside them. */
import { readFileSync, statfsSync } from 'node:fs'
import { PIDS_MAX } from '../../../node-core/work/runners/container/limits.ts'
import {
  ADA,
  createBench,
  docker,
  importImage,
  shell,
} from '../../../node-core/work/runners/container/testing/test-engine.ts'
import { until } from '../../../node-core/work/runners/runner.suite.ts'
import { changePart } from '../../../node-core/work/spec/testing/flat.ts'
import {
  counted,
  groupsOf,
  type Line,
  MEBIBYTE,
  MEMORY_MOST,
  nears,
  PATIENCE_MS,
  PROCESSES,
  ROOM,
  share,
  wrote,
} from './line.ts'

const B = '/bin/busybox'
const CPU_MS = 6_000
const MEMORY_BYTES = 64 * MEBIBYTE
const LOOKS = 200
const LOOK_MS = 20
/** What a container has unless it says otherwise; less where there is no room to try that out. */
const DISK_BYTES = roomFor(12 * 1024 * MEBIBYTE) ? 4 * 1024 * MEBIBYTE : 512 * MEBIBYTE
const MOST_ON_DISK = DISK_BYTES * (1 + ROOM)
const FULL = /no space left on device|quota exceeded/i
const SPIN = 'while :; do :; done'
/** As many as it can, until it is ended. */
const BOMB = `while :; do ${B} sleep 1000 >/dev/null 2>&1 & done`
const HOG = `while :; do ${B} dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null; done`

type Test = Awaited<ReturnType<typeof createBench>>
interface Ground {
  runner: ReturnType<Test['runner']>
  say: (name: string, found: string, holds: boolean) => void
}

export async function containerLines(tell: (line: Line) => void): Promise<void> {
  await importImage()
  const bench = await createBench()
  const runner = bench.runner(ADA)
  const say = (name: string, found: string, holds: boolean) =>
    tell({ kind: 'container', name, found, holds })
  try {
    await runner.start()
    for (const look of [memory, processes, processor, disk, readOnly, profile]) {
      await look({ runner, say }).catch((error) => say(look.name, String(error), false))
    }
    await responsive(runner, tell)
  } finally {
    await runner.stop()
    await bench.close()
  }
}

function roomFor(bytes: number): boolean {
  const { bavail, bsize } = statfsSync('/')
  return bavail * bsize >= bytes
}

let made = 0
interface How {
  cpuMillis?: number
  memoryBytes?: number
  diskBytes?: number
  readOnlyRoot?: true
}

async function started(runner: Ground['runner'], script: string, how: How = {}): Promise<string> {
  const { readOnlyRoot, ...more } = how
  const resources = { cpuMillis: 500, memoryBytes: MEMORY_BYTES, ...more }
  const plain = shell('greedy', script, { resources })
  const workload = readOnlyRoot ? changePart(plain, { readOnlyRoot }) : plain
  const id = `greedy-0-i${process.pid.toString(36)}${made++}`
  const signal = AbortSignal.timeout(PATIENCE_MS)
  await runner.run({ id, workload, index: 0, generation: 1, signal, onProgress: () => {} })
  return id
}

async function groups(id: string): Promise<string[]> {
  return groupsOf((await docker.getContainer(id).inspect()).State.Pid)
}

async function memory({ runner, say }: Ground): Promise<void> {
  const hog = `${B} dd if=/dev/zero of=/dev/null bs=200M count=1 2>/dev/null`
  const id = await started(runner, `${hog}; echo "ended: $?"; exec ${B} sleep 1000`)
  const ended = await wrote(runner, id, 'ended: 137')
  const most = counted(await groups(id), MEMORY_MOST)
  const found = `${share(most, MEMORY_BYTES)}, ${ended.at(-1)}`
  say('memory hog', found, ended.includes('ended: 137') && nears(most, MEMORY_BYTES))
  await runner.end(id, { graceMs: 0 })
}

async function processes({ runner, say }: Ground): Promise<void> {
  const more = PIDS_MAX + 100
  const bomb = `i=0; while [ $i -lt ${more} ]; do ${B} sleep 1000 >/dev/null 2>&1 & i=$((i+1)); done; echo all`
  const script = `${B} sh -c '${bomb}' 2>&1 | ${B} head -n 3; echo done; exec ${B} sleep 1000`
  const id = await started(runner, script, { memoryBytes: 512 * MEBIBYTE })
  const said = (await wrote(runner, id)).join(' ')
  const most = counted(await groups(id), ['pids.peak', ...PROCESSES])
  const holds = /fork/.test(said) && !said.includes('all') && most <= PIDS_MAX
  say('fork bomb', `${share(most, PIDS_MAX)}, "${said}"`, holds)
  await runner.end(id, { graceMs: 0 })
}

async function processor({ runner, say }: Ground): Promise<void> {
  const id = await started(runner, `(${SPIN}) & (${SPIN}) & ${SPIN}`)
  const read = () => docker.getContainer(id).stats({ stream: false })
  const before = await read()
  await new Promise((resolve) => setTimeout(resolve, CPU_MS))
  const after = await read()
  const used = after.cpu_stats.cpu_usage.total_usage - before.cpu_stats.cpu_usage.total_usage
  const part = used / 1e6 / (Date.parse(after.read) - Date.parse(before.read))
  say('burner', share(part, 0.5), part > 0 && part <= 0.5 * 1.05)
  await runner.end(id, { graceMs: 0 })
}

/** As fast as the disk takes it: held by an engine that can keep a size, ended where that is watched. */
async function disk({ runner, say }: Ground): Promise<void> {
  let exited = false
  let full: string | undefined
  const fill = `${B} dd if=/dev/zero of=/big bs=1M count=${(2 * DISK_BYTES) / MEBIBYTE} 2>&1; echo done`
  // What a slow disk has not yet taken counts as the container's memory: it is not what is tried here.
  const id = await started(runner, `${fill}; exec ${B} sleep 1000`, {
    diskBytes: DISK_BYTES,
    cpuMillis: 1000,
    memoryBytes: 512 * MEBIBYTE,
  })
  runner.onExit((ended) => {
    if (ended === id) exited = true
  })
  void wrote(runner, id).then((lines) => {
    full = lines.find((line) => FULL.test(line))
  })
  await until(() => exited || full !== undefined, PATIENCE_MS).catch(() => {})
  const why = (await runner.list()).find((each) => each.id === id)?.endedFor
  const [left] = await docker.listContainers({ all: true, size: true, filters: { name: [id] } })
  // The types do not know of it.
  const most = left && 'SizeRw' in left ? Number(left.SizeRw) : 0
  const kept = full === undefined ? why?.code === 'DISK_EXCEEDED' : nears(most, DISK_BYTES)
  const how = full === undefined ? 'watched' : 'held'
  const said = full ?? why?.message ?? 'not ended'
  say('disk filler', `${how}: ${share(most, DISK_BYTES)}, ${said}`, kept && most <= MOST_ON_DISK)
  await runner.end(id, { graceMs: 0 })
}

async function readOnly({ runner, say }: Ground): Promise<void> {
  const script = `(: >/x) 2>/dev/null && echo written || echo refused; echo done; exec ${B} sleep 1000`
  const id = await started(runner, script, { readOnlyRoot: true })
  const [said = ''] = await wrote(runner, id)
  say('readOnlyRoot', said, said === 'refused')
  await runner.end(id, { graceMs: 0 })
}

/** The engine's own profile, where the kernel has AppArmor. */
async function profile({ runner, say }: Ground): Promise<void> {
  const look = `${B} grep -E "^(Seccomp|NoNewPrivs|CapEff):" /proc/self/status; ${B} cat /proc/self/attr/current 2>/dev/null`
  const id = await started(runner, `${look}; echo; echo done; exec ${B} sleep 1000`)
  const said = (await wrote(runner, id)).join(' ').replace(/\s+/g, ' ').trim()
  const confined = !hasAppArmor() || said.includes('docker-default (enforce)')
  const holds = /NoNewPrivs: 1/.test(said) && /Seccomp: 2/.test(said) && confined
  say('profile', said, holds)
  await runner.end(id, { graceMs: 0 })
}

function hasAppArmor(): boolean {
  try {
    return readFileSync('/sys/module/apparmor/parameters/enabled', 'utf8').startsWith('Y')
  } catch {
    return false
  }
}

/** How late this process comes to what it wants to do, by itself and beside greedy work. */
async function responsive(runner: Ground['runner'], tell: (line: Line) => void): Promise<void> {
  const idle = await lateness()
  const ids: string[] = []
  for (const script of [BOMB, HOG, `(${SPIN}) & (${SPIN}) & ${SPIN}`]) {
    ids.push(await started(runner, script, { cpuMillis: 1_000, memoryBytes: 128 * MEBIBYTE }))
  }
  const beside = await lateness()
  const found = `late by p50 ${beside.p50} ms, p99 ${beside.p99} ms (idle: ${idle.p50}, ${idle.p99})`
  const holds = beside.p99 < 1_000
  tell({ kind: 'computer', name: 'beside a bomb, a hog and a burner', found, holds })
  for (const id of ids) await runner.end(id, { graceMs: 0 })
}

async function lateness(): Promise<{ p50: number; p99: number }> {
  const found: number[] = []
  for (let look = 0; look < LOOKS; look++) {
    const dueMs = performance.now() + LOOK_MS
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
    found.push(performance.now() - dueMs)
  }
  found.sort((a, b) => a - b)
  const at = (part: number) => Math.round((found[Math.floor((LOOKS - 1) * part)] ?? 0) * 10) / 10
  return { p50: at(0.5), p99: at(0.99) }
}
