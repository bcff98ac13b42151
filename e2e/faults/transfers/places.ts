/** Three nodes of one network, each with an engine of its own; small disks and liars where asked for. */
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { allReady, LISTEN } from '../../harness/cluster.ts'
import { createEngine, type Engine } from '../../harness/engine.ts'
import { createTestNode, type TestNode } from '../../harness/node-process.ts'
import { mountSmallDisk, type SmallDisk } from '../../harness/small-disk.ts'
import { until } from '../../harness/waiting.ts'

export type Say = (line: string) => void

export interface Place {
  engine: Engine
  node: TestNode
  /** That its home lies on, where that is small. */
  disk: SmallDisk | undefined
}

export interface Transfers {
  places: readonly [ada: Place, ben: Place, cleo: Place]
  remove(): Promise<void>
}

export interface PlaceOptions {
  homeMebibytes?: number
  engineMebibytes?: number
  /** What makes a liar of it. */
  preload?: string
}

/** Ada founds; the others join, and may deploy. */
export async function formTransfers(
  options: Partial<Record<'ada' | 'ben' | 'cleo', PlaceOptions>> = {},
): Promise<Transfers> {
  const places: Place[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(places.map(({ node }) => node.stop()))
    for (const { disk } of places) disk?.remove()
    await Promise.all(places.map(({ node }) => node.remove()))
    await Promise.all(places.map(({ engine }) => engine.remove()))
  }
  const add = async (name: 'ada' | 'ben' | 'cleo'): Promise<Place> => {
    const { homeMebibytes, engineMebibytes: dataMebibytes, preload } = options[name] ?? {}
    const engine = await createEngine(name, dataMebibytes === undefined ? {} : { dataMebibytes })
    const environment = { DOCKER_HOST: engine.host }
    const node = createTestNode(name, environment, preload ? { preload } : {})
    const disk = homeMebibytes === undefined ? undefined : mountSmallDisk(node.home, homeMebibytes)
    const place = { engine, node, disk }
    places.push(place)
    return place
  }
  try {
    const ada = await add('ada')
    await ada.node.json('init', '--network-name', 'Garden', '--name', 'ada')
    await start(ada)
    const permissions = ['--permission', 'deploy', '--permission', 'use']
    const { invite } = await ada.node.json<{ invite: string }>(
      ...['invite', '--uses', '2', ...permissions],
    )
    const join = async (name: 'ben' | 'cleo'): Promise<Place> => {
      const place = await add(name)
      await place.node.json('join', invite, '--name', name)
      await start(place)
      return place
    }
    const [ben, cleo] = [await join('ben'), await join('cleo')]
    await allReady(places.map(({ node }) => node))
    return { places: [ada, ben, cleo], remove }
  } catch (error) {
    await remove()
    throw error
  }
}

export const start = ({ node }: Place): Promise<void> =>
  node.up(...LISTEN, '--tag', `who=${node.name}`)

/** One copy, on that node. */
export async function deploy(from: Place, on: Place, name: string, rest: object): Promise<void> {
  const wanted = { name, replicas: 1, graceMs: 0, nodeSelector: { who: on.node.name }, ...rest }
  // On a busy computer the committee may not answer at once, and have it nevertheless.
  await until(`${name} to be taken`, 60_000, async () => {
    const { status, body } = await from.node.call('POST', '/api/workloads', wanted)
    if (status === 201 || status === 409) return true
    throw new Error(JSON.stringify(body))
  })
}

export const imageOf = (name: string) => ({ containers: [{ image: `${name}:1` }] })

export interface ImageSize {
  layers: number
  layerBytes: number
}

/** Of bytes that do not shrink on the way, so that what is received can be counted. Its id. */
export function buildImage(engine: Engine, name: string, { layers, layerBytes }: ImageSize) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-transfer-image-'))
  try {
    execFileSync('cp', ['/bin/busybox', folder])
    const lines = ['FROM scratch', 'COPY busybox /bin/busybox']
    for (let layer = 0; layer < layers; layer++) {
      writeFileSync(path.join(folder, `layer-${layer}`), randomBytes(layerBytes))
      lines.push(`COPY layer-${layer} /layer-${layer}`)
    }
    lines.push('CMD ["/bin/busybox", "sleep", "100000"]')
    writeFileSync(path.join(folder, 'Dockerfile'), lines.join('\n'))
    const args = ['-H', engine.host, 'build', '-q', '-t', `${name}:1`, folder]
    execFileSync('docker', args, { env: { ...process.env, DOCKER_BUILDKIT: '0' }, stdio: 'pipe' })
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', `${name}:1`).trim()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function copyImage(name: string, from: Place, to: Place): void {
  const [source, target] = [from.engine.host, to.engine.host]
  execFileSync('sh', ['-c', `docker -H ${source} save ${name}:1 | docker -H ${target} load`])
}

export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`
