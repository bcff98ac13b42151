/** The engine that tests use, and an image made on the spot from the machine's static busybox. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Docker from 'dockerode'
import { createSystemClock } from '../../../../base/clock/index.ts'
import type { KeptFile } from '../../../../base/kept-file/index.ts'
import { createSilentLogger } from '../../../../base/log/index.ts'
import { createSimNetwork, type NodeId, parseNodeId } from '../../../../base/net/index.ts'
import { createSystemRandom } from '../../../../base/random/index.ts'
import type { OwnerId } from '../../../../identity/index.ts'
import { type BlobStore, createBlobStore } from '../../../../storage/blobs/index.ts'
import type { Ipv4Range } from '../../../addresses/index.ts'
import { createFirewall, createShield, type Firewall, type Shield } from '../../../shield/index.ts'
import { testPlace } from '../../../shield/testing/test-place.ts'
import type { Workload } from '../../../spec/index.ts'
import { type Flat, flatWorkload } from '../../../spec/testing/flat.ts'
import { until } from '../../runner.suite.ts'
import { type ContainerRunnerOptions, createContainerRunner } from '../index.ts'
import { findEngine } from '../socket.ts'

const address = findEngine({
  platform: process.platform,
  environment: process.env,
  exists: existsSync,
})
export const socketPath = address.kind === 'socket' ? address.path : '/nowhere.sock'
export const docker = new Docker({ socketPath })
export const IMAGE = 'mycelium-runner-test:1'

/** Why the tests cannot run here; undefined when they can. With CI set they must. */
export async function engineMissing(): Promise<string | undefined> {
  const reason = await docker.ping().then(
    () => (existsSync('/bin/busybox') ? undefined : 'no static /bin/busybox'),
    () => `no Docker engine at ${socketPath}`,
  )
  if (reason && process.env.CI) throw new Error(`CI must run these tests: ${reason}`)
  return reason
}

/** @param config Said of the image, as in a Dockerfile. */
export async function importImage(
  name: string = IMAGE,
  extra: string[] = [],
  config: { changes?: string } = {},
): Promise<string> {
  const tar = execFileSync('tar', ['-ch', '-C', '/', 'bin/busybox', ...extra], {
    maxBuffer: 64 * 1024 * 1024,
  })
  const [repo, tag] = name.split(':')
  const { Readable } = await import('node:stream')
  const stream = await docker.importImage(Readable.from([tar]), { repo, tag, ...config })
  for await (const _ of stream);
  return (await docker.getImage(name).inspect()).Id
}

/** What a script wrote that was run in a container's shell. */
export async function inside(container: string, script: string): Promise<string> {
  const Cmd = ['/bin/busybox', 'sh', '-c', script]
  const made = await docker.getContainer(container).exec({ Cmd, AttachStdout: true, Tty: true })
  let said = ''
  for await (const chunk of await made.start({ Tty: true })) said += String(chunk)
  return said.replaceAll('\r', '').trim()
}

/** An image of one more layer than another, with so many bytes. */
export async function buildImage(tag: string, base: string, content: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), 'mycelium-build-'))
  try {
    await writeFile(join(folder, 'content'), content)
    await writeFile(join(folder, 'Dockerfile'), `FROM ${base}\nCOPY content /content\n`)
    const args = ['build', '--quiet', '--tag', tag, folder]
    const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_HOST: `unix://${socketPath}` }
    execFileSync('docker', args, { env, stdio: 'pipe' })
    return { tag, imageId: (await docker.getImage(tag).inspect()).Id }
  } finally {
    await rm(folder, { recursive: true })
  }
}

export async function layersOf(imageId: string): Promise<string[]> {
  return (await docker.getImage(imageId).inspect()).RootFS.Layers ?? []
}

export function shell(name: string, script: string, more: Partial<Flat> = {}): Workload {
  const source = { image: IMAGE, command: ['/bin/busybox', 'sh', '-c', script] }
  const resources = { cpuMillis: 500, memoryBytes: 64 * 2 ** 20 }
  return flatWorkload({ source, resources, ...more, name })
}

const idOf = (digit: string): NodeId => digit.repeat(64) as NodeId
export const ADA = idOf('a')
export const BEN = idOf('b')
/** Of both nodes. */
export const OWNER = idOf('c') as string as OwnerId
export const STRANGER = idOf('d') as string as OwnerId

/** Runners of two nodes that share an engine and are connected to each other. */
export async function createBench(
  options: {
    socketPaths?: [string, string]
    opened?: readonly Ipv4Range[]
    firewallOf?(node: NodeId, network: string): Firewall
  } = {},
) {
  const clock = createSystemClock()
  const random = createSystemRandom()
  const network = Buffer.from(random.bytes(32)).toString('hex')
  const net = createSimNetwork({ clock, random })
  const ends = new Map([ADA, BEN].map((id) => [id, net.node(id)]))
  // Two engines may both have answered before the simulated link is up.
  await until(() => net.node(BEN).peers().includes(ADA))
  const folder = await mkdtemp(join(tmpdir(), 'mycelium-container-test-'))
  const wanted = new Set<string>()
  const stores = new Map<NodeId, BlobStore>()
  for (const [id, end] of ends) {
    const store = createBlobStore({
      ...{ folder: join(folder, id, 'blobs'), net: end, clock, random },
      ...{ logger: createSilentLogger(), holders: () => [], announce() {} },
    })
    stores.set(id, store)
    await store.start()
  }
  // Files of tests run beside each other: each has chains of its own.
  const shields = new Map<NodeId, Shield>()
  for (const id of [ADA, BEN]) {
    const node = parseNodeId(Buffer.from(random.bytes(32)).toString('hex'))
    if (!node) throw new Error('no id')
    const deps = {
      node,
      firewall: options.firewallOf?.(node, network) ?? createFirewall(),
      clock,
      logger: createSilentLogger(),
    }
    const given = { place: testPlace(), ...(options.opened && { opened: options.opened }) }
    const shield = createShield(deps, given)
    await shield.start()
    shields.set(id, shield)
  }
  const [adaSocket, benSocket] = options.socketPaths ?? [socketPath, socketPath]
  return {
    net,
    network,
    wanted,
    folder,
    stores,
    runner: (
      node: NodeId,
      nodeRuntime: string | undefined = process.execPath,
      more: Pick<ContainerRunnerOptions, 'gpus' | 'sandboxesReadyMax'> = {},
    ) => {
      const end = ends.get(node)
      const blobs = stores.get(node)
      const shield = shields.get(node)
      if (!end || !blobs || !shield) throw new Error('unknown node')
      return createContainerRunner(
        {
          blobs,
          fetched: memoryFile(),
          makeRoom: async () => false,
          node,
          network,
          owner: OWNER,
          shield,
          net: end,
          clock,
          random,
          logger: createSilentLogger(),
          folder: join(folder, node),
          vouches: () => true,
          imagesWanted: () => [...wanted].map((imageId) => ({ image: 'any', imageId })),
        },
        {
          socketPath: node === ADA ? adaSocket : benSocket,
          ...(nodeRuntime !== undefined && { nodeRuntime }),
          // None, so that how an instance is started does not hang on when.
          sandboxesReadyMax: 0,
          ...more,
        },
      )
    },
    linkPrefix: (node: NodeId) => shields.get(node)?.linkPrefix ?? '',
    /** As a node does that stops, and starts again. */
    async restartShield({ stopOnly = false } = {}) {
      for (const shield of shields.values()) {
        await shield.stop()
        if (!stopOnly) await shield.start()
      }
    },
    async close() {
      for (const store of stores.values()) await store.stop()
      const label = [`org.mycelium.network=${network}`]
      for (const shield of shields.values()) await shield.bindOnly('link', new Map())
      for (const { Id } of await docker.listContainers({ all: true, filters: { label } })) {
        await docker.getContainer(Id).remove({ force: true })
      }
      const { Volumes } = await docker.listVolumes({ filters: { label } })
      for (const { Name } of Volumes ?? []) await docker.getVolume(Name).remove()
      const networks = await docker.listNetworks({ filters: { label } })
      for (const { Id } of networks) await docker.getNetwork(Id).remove()
      for (const shield of shields.values()) await shield.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function memoryFile(): KeptFile {
  let kept: unknown
  return {
    read: async () => kept,
    async write(value) {
      kept = value
      return true
    },
  }
}
