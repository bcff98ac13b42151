/** Where an engine may answer: Docker, rootless Docker, Docker Desktop, Podman, Colima. */
import { existsSync } from 'node:fs'
import type { ContainerRunnerOptions } from './index.ts'

export type EngineAddress =
  | { kind: 'socket'; path: string }
  | { kind: 'tcp'; host: string; port: number }

export interface EngineSurroundings {
  platform: NodeJS.Platform
  /** DOCKER_HOST, XDG_RUNTIME_DIR and HOME are read. */
  environment: Readonly<Record<string, string | undefined>>
  exists(path: string): boolean
}

/** DOCKER_HOST when set, else the first socket that is there, else the usual place. */
export function findEngine(around: EngineSurroundings): EngineAddress {
  const { DOCKER_HOST } = around.environment
  const named = DOCKER_HOST ? parseDockerHost(DOCKER_HOST) : undefined
  if (named) return named
  const candidates = socketCandidates(around)
  const path = candidates.find((candidate) => around.exists(candidate)) ?? candidates[0]
  return { kind: 'socket', path: path ?? '/var/run/docker.sock' }
}

/** An engine elsewhere, or in a virtual machine as on macOS and Windows, sees no socket of this one. */
export function isHere({ kind }: EngineAddress): boolean {
  return kind === 'socket' && process.platform === 'linux'
}

/** Where to look for one. */
export type Located = Pick<ContainerRunnerOptions, 'socketPath' | 'environment'>

/** Asked again at every call: an engine may appear, or appear elsewhere. */
export function locate({ socketPath, environment = {} }: Located): EngineAddress {
  if (socketPath) return { kind: 'socket', path: socketPath }
  return findEngine({ platform: process.platform, environment, exists: existsSync })
}

/** `unix:///path`, `npipe:////./pipe/name` or `tcp://host:port`. */
export function parseDockerHost(text: string): EngineAddress | undefined {
  if (text.startsWith('unix://')) return { kind: 'socket', path: text.slice('unix://'.length) }
  if (text.startsWith('npipe://')) return { kind: 'socket', path: text.slice('npipe://'.length) }
  const tcp = /^tcp:\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/.exec(text)
  if (!tcp?.[1] || !tcp[2]) return undefined
  return { kind: 'tcp', host: tcp[1].replace(/^\[|\]$/g, ''), port: Number(tcp[2]) }
}

/** As DOCKER_HOST says it. */
export function engineAddressOf(at: Located): string {
  const address = locate(at)
  if (address.kind === 'tcp') {
    const { host, port } = address
    return `tcp://${host.includes(':') ? `[${host}]` : host}:${port}`
  }
  return `${address.path.startsWith('//./pipe/') ? 'npipe' : 'unix'}://${address.path}`
}

function socketCandidates({ platform, environment }: EngineSurroundings): string[] {
  if (platform === 'win32') return ['//./pipe/docker_engine', '//./pipe/podman-machine-default']
  const { HOME: home, XDG_RUNTIME_DIR: runtime } = environment
  return [
    '/var/run/docker.sock',
    ...(runtime ? [`${runtime}/docker.sock`, `${runtime}/podman/podman.sock`] : []),
    ...(home ? [`${home}/.docker/run/docker.sock`, `${home}/.docker/desktop/docker.sock`] : []),
    ...(home ? [`${home}/.colima/default/docker.sock`] : []),
    '/run/podman/podman.sock',
  ]
}
