/**
 * What the container of a forwarder may: less than any part of an instance. It sees the instance's door,
 * Node, and one file, and writes nowhere.
 */
import path from 'node:path'
import type { Lead } from '../../naming/index.ts'
import { accessVariables, CONTAINER_FOLDER, type InstanceAccess, SOCKET_NAME } from '../index.ts'
import {
  FORWARDER_LOG_MEBIBYTES_MAX,
  FORWARDER_MEMORY_BYTES,
  FORWARDER_PIDS_MAX,
} from './limits.ts'
import { attachedTo, doorOf, exposedOn, type OwnNetwork } from './profile.ts'

export interface ForwarderRequest {
  hosts: readonly Pick<Lead, 'as' | 'address'>[]
  access: InstanceAccess
  labels: Record<string, string>
  network: OwnNetwork
}

export type ForwarderProfile = ReturnType<typeof forwarderProfile>

export interface ForwarderStuff {
  image: string
  runtime: string
  libraries: readonly string[]
  program: string
}

const RUNTIME_AT = '/node'
const PROGRAM_AT = '/forwarder'
const NOBODY = '65534:65534'
/** A young heap of one MiB: it holds little for long. */
const FRUGAL = ['--max-semi-space-size=1', '--v8-pool-size=1']

export function forwarderProfile(
  { hosts, access, labels, network }: ForwarderRequest,
  { image, runtime, libraries, program }: ForwarderStuff,
) {
  const { MYCELIUM_TOKEN } = accessVariables(access, CONTAINER_FOLDER)
  const programAt = `${PROGRAM_AT}${path.extname(program)}`
  const files: [string, string][] = [
    [runtime, RUNTIME_AT],
    [program, programAt],
    ...libraries.map((file): [string, string] => [file, file]),
  ]
  return {
    Image: image,
    Entrypoint: [RUNTIME_AT, ...FRUGAL, programAt, `${CONTAINER_FOLDER}/${SOCKET_NAME}`],
    Env: [`MYCELIUM_TOKEN=${MYCELIUM_TOKEN}`],
    User: NOBODY,
    Labels: labels,
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    ...exposedOn(network),
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      // Ports below 1024 are an instance's own matter.
      Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      ...attachedTo(network),
      ExtraHosts: hosts.map(({ as, address }) => `${as}:${address}`),
      IpcMode: 'private',
      CgroupnsMode: 'private' as const,
      Mounts: [doorOf(access), ...files.map(readOnly)],
      PublishAllPorts: false,
      Memory: FORWARDER_MEMORY_BYTES,
      MemorySwap: FORWARDER_MEMORY_BYTES,
      PidsLimit: FORWARDER_PIDS_MAX,
      OomKillDisable: false,
      RestartPolicy: { Name: 'no' },
      AutoRemove: false,
      LogConfig: {
        Type: 'json-file',
        Config: { 'max-size': `${FORWARDER_LOG_MEBIBYTES_MAX}m`, 'max-file': '1' },
      },
    },
  }
}

function readOnly([source, target]: [string, string]) {
  return { Type: 'bind' as const, Source: source, Target: target, ReadOnly: true }
}
