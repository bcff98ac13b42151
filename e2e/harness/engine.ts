/** A Docker engine of its own for each test node, so that nothing is shared by accident. */
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createBridge } from './bridge.ts'
import { mountSmallDisk } from './small-disk.ts'
import { until } from './waiting.ts'

const DOCKER = existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker'

export interface Engine {
  /** For DOCKER_HOST. */
  host: string
  docker(...args: string[]): string
  /** Asks it to end, which it does once all that runs in it has. */
  stop(): Promise<void>
  start(): Promise<void>
  /** It answers nothing from now on; to be killed. */
  freeze(): void
  /** What runs in it goes on. Returns when nothing of it holds its files any more. */
  kill(): Promise<void>
  /** As when its computer loses power: it, and all that runs in it, at once. Only to be removed then. */
  die(): Promise<void>
  /** Lets an engine whose data is bounded keep more. */
  enlarge(mebibytes: number): void
  /** Stops it and removes its data and its bridge. */
  remove(): Promise<void>
}

/** Why engines can not be had here, or undefined when they can. */
export function enginesUnavailable(): string | undefined {
  if (process.getuid?.() !== 0) return 'test engines need root'
  for (const tool of ['dockerd', 'ip', 'iptables']) {
    try {
      execFileSync('which', [tool], { stdio: 'ignore' })
    } catch {
      return `${tool} is not installed`
    }
  }
  return undefined
}

export interface EngineOptions {
  /** All that it may keep, where that is bounded. */
  dataMebibytes?: number
  /** Of the network that it and all that runs in it are in; default: this machine's. */
  namespace?: string
}

export async function createEngine(
  label: string,
  { dataMebibytes, namespace }: EngineOptions = {},
): Promise<Engine> {
  const folder = mkdtempSync(path.join(tmpdir(), `mycelium-engine-${label}-`))
  const bridge = createBridge(namespace)
  const socket = path.join(folder, 'docker.sock')
  const host = `unix://${socket}`
  const docker = (...args: string[]): string =>
    execFileSync(DOCKER, ['-H', host, ...args], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  const data = path.join(folder, 'data')
  mkdirSync(data)
  const disk = dataMebibytes === undefined ? undefined : mountSmallDisk(data, dataMebibytes)

  const start = async (): Promise<void> => {
    const log = openSync(path.join(folder, 'dockerd.log'), 'a')
    const args = [
      '--data-root',
      data,
      '--exec-root',
      path.join(folder, 'exec'),
      // An engine that starts makes the chains of iptables anew, from under the machine's own engine.
      '--iptables=false',
    ]
    const where = ['-H', host, '--pidfile', path.join(folder, 'pid'), '--bridge', bridge.name]
    // All but the network is as outside: `ip netns exec` would hide what bounds containers.
    const before = namespace ? ['nsenter', `--net=/run/netns/${namespace}`] : []
    const [program = '', ...rest] = [...before, 'dockerd', ...args, ...where]
    spawn(program, rest, { stdio: ['ignore', log, log], detached: true }).unref()
    await until(`the engine ${label} to answer`, 60_000, () => {
      try {
        docker('version', '--format', '{{.Server.Version}}')
        return true
      } catch {
        return false
      }
    })
  }
  const pid = (): number | undefined => {
    try {
      return Number(readFileSync(path.join(folder, 'pid'), 'utf8'))
    } catch {
      return undefined
    }
  }
  const runningPid = (): number => {
    const running = pid()
    if (running === undefined) throw new Error(`The engine ${label} does not run.`)
    return running
  }
  const stop = async (): Promise<void> => {
    const running = pid()
    if (running === undefined) return
    try {
      process.kill(running, 'SIGTERM')
    } catch {
      return
    }
    await until(`the engine ${label} to stop`, 60_000, () => !existsSync(`/proc/${running}`))
  }
  await start()
  return {
    host,
    docker,
    start,
    stop,
    freeze: () => process.kill(runningPid(), 'SIGSTOP'),
    async kill() {
      const file = path.join(folder, 'exec/containerd/containerd.pid')
      const helper = readFileSync(file, 'utf8')
      const running = runningPid()
      process.kill(running, 'SIGKILL')
      // The next one does not start while the number in its file is anybody's.
      await until(`the engine ${label} to be gone`, 10_000, () => !existsSync(`/proc/${running}`))
      // Its containerd follows it; nobody may collect it, and the next one would wait for it.
      await until(`the containerd of ${label} to end`, 10_000, () => hasEnded(helper))
      rmSync(file, { force: true })
    },
    async die() {
      const all = [...engineProcesses(folder), ...containerProcesses(docker)]
      for (const running of all) killIfThere(running)
      await until(`all of ${label} to be dead`, 10_000, () => all.every((one) => hasEnded(one)))
      for (const at of mountsUnder(folder)) execFileSync('umount', ['-l', at], { stdio: 'pipe' })
    },
    enlarge: (mebibytes) => disk?.enlarge(mebibytes),
    async remove() {
      try {
        const ids = docker('ps', '-aq').split('\n').filter(Boolean)
        if (ids.length > 0) docker('rm', '-f', ...ids)
      } catch {
        // The engine was stopped by its test.
      }
      await stop()
      bridge.remove()
      disk?.remove()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function hasEnded(pid: string): boolean {
  try {
    return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return true
  }
}

/** The engine, its containerd, and what holds each container: all are told of its folder. */
function engineProcesses(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
    } catch {
      return false
    }
  })
}

function containerProcesses(docker: Engine['docker']): string[] {
  const ids = docker('ps', '-q').split('\n').filter(Boolean)
  if (ids.length === 0) return []
  return docker('inspect', '--format', '{{.State.Pid}}', ...ids)
    .split('\n')
    .filter(Boolean)
}

function killIfThere(pid: string): void {
  try {
    process.kill(Number(pid), 'SIGKILL')
  } catch {
    // It ended with what was killed before it.
  }
}

/** The innermost first. */
function mountsUnder(folder: string): string[] {
  const mounted = readFileSync('/proc/mounts', 'utf8').split('\n')
  const places = mounted.map((line) => line.split(' ')[1] ?? '')
  return places.filter((place) => place.startsWith(`${folder}/`)).reverse()
}
