/**
 * What the container of a forwarder may: less than any part of an instance. It sees the instance's door,
 * Node, and one file, and writes nowhere. Where ports of names are led past the instance's own, it first
 * says so to its network's firewall, by this computer's own programs, and lets go of the right to.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Lead } from '../../naming/index.ts'
import { accessVariables, CONTAINER_FOLDER, type InstanceAccess, SOCKET_NAME } from '../index.ts'
import { type Diversion, diversionOf, diversionRules } from './diversion.ts'
import { hasPrograms, hostPrograms, isHostProgram, mountOf } from './host-programs.ts'
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
  /** TCP ports that the instance listens at itself. */
  listens: readonly number[]
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
const NOBODY = '65534'
const DIVERTERS = ['sh', 'iptables-restore', 'setpriv']
/** Says the first word to the firewall and becomes the rest, as nobody who may anything. */
const DIVERT = [
  'printf %s "$1" | iptables-restore -w 10 --noflush && shift',
  `exec setpriv --reuid=${NOBODY} --regid=${NOBODY} --clear-groups --inh-caps=-all --bounding-set=-all -- "$@"`,
].join(' && ')
/** A young heap of one MiB: it holds little for long. */
const FRUGAL = ['--max-semi-space-size=1', '--v8-pool-size=1']

export function forwarderProfile(
  { hosts, access, labels, network, listens }: ForwarderRequest,
  { image, runtime, libraries, program }: ForwarderStuff,
) {
  const { MYCELIUM_TOKEN } = accessVariables(access, CONTAINER_FOLDER)
  const programAt = `${PROGRAM_AT}${path.extname(program)}`
  const diverted = diversionOf(
    hosts.map(({ address }) => address),
    listens,
  )
  // Without the means, ports are opened as they are; all but those of the instance's own can be.
  const diverts = Object.keys(diverted).length > 0 && hasPrograms(DIVERTERS, existsSync)
  const own = diverts ? libraries.filter((file) => !isHostProgram(file)) : libraries
  const command = [RUNTIME_AT, ...FRUGAL, programAt, `${CONTAINER_FOLDER}/${SOCKET_NAME}`]
  return {
    Image: image,
    Env: [
      `MYCELIUM_TOKEN=${MYCELIUM_TOKEN}`,
      ...(diverts ? [`MYCELIUM_DIVERTED=${JSON.stringify(diverted)}`] : []),
    ],
    ...(diverts
      ? divertingFirst(diverted, command)
      : { Entrypoint: command, User: `${NOBODY}:${NOBODY}` }),
    Labels: labels,
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    ...exposedOn(network),
    HostConfig: {
      Privileged: false,
      CapDrop: ['ALL'],
      ...(diverts && { CapAdd: CAPABILITIES, Tmpfs: { '/run': 'rw,noexec,nosuid,size=1m' } }),
      // Ports below 1024 are an instance's own matter.
      Sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      ...attachedTo(network),
      ExtraHosts: hosts.map(({ as, address }) => `${as}:${address}`),
      IpcMode: 'private',
      CgroupnsMode: 'private' as const,
      Mounts: [
        doorOf(access),
        ...(diverts ? hostPrograms(existsSync) : []),
        mountOf(runtime, RUNTIME_AT),
        mountOf(program, programAt),
        ...own.map((file) => mountOf(file)),
      ],
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

/** To write a rule, and to become nobody. */
const CAPABILITIES = ['NET_ADMIN', 'NET_RAW', 'SETUID', 'SETGID', 'SETPCAP']

function divertingFirst(diverted: Diversion, command: readonly string[]) {
  const rules = diversionRules(diverted)
  return { Entrypoint: ['/bin/sh', '-c', DIVERT, 'forwarder', rules, ...command], User: '0:0' }
}
