/**
 * An image that there is no room for: on the disk of the node's home, and on that of the engine. The copy
 * says so, all else that the computer does goes on, and once there is room the copy runs by itself.
 */
import assert from 'node:assert/strict'
import { statfsSync } from 'node:fs'
import { workloadSeenBy } from '../../harness/cluster.ts'
import { importBusyboxImage } from '../../harness/images.ts'
import { until } from '../../harness/waiting.ts'
import {
  ARRIVES_WITHIN_MS,
  arrives,
  carried,
  imagesIn,
  requireNothingHalf,
  requireNothingTorn,
} from './held.ts'
import {
  buildImage,
  deploy,
  formTransfers,
  imageOf,
  mebibytes,
  type Place,
  type Say,
  type Transfers,
} from './places.ts'

const IMAGE = { layers: 2, layerBytes: 32 << 20 }
const IMAGE_BYTES = IMAGE.layers * IMAGE.layerBytes
/** Of which a node leaves 64 free, and an engine needs twice what it takes in. */
const SMALL = 110
const LARGE = 1_024
/** What goes beside the layers, and pieces on their way when one of them found no room. */
const SLACK_BYTES = 24 << 20
/** What a node leaves of its disk, but for a few pieces that came at once and what it wrote itself. */
const FREE_BYTES_MIN = 48 << 20
/** Several tries that find no room. */
const STAYS_FULL_MS = 40_000

/** Ben's home is small, and Cleo's engine. */
export const formOnSmallDisks = (): Promise<Transfers> =>
  formTransfers({ ben: { homeMebibytes: SMALL }, cleo: { engineMebibytes: SMALL } })

export async function fillDisks({ places: [ada, ben, cleo] }: Transfers, say: Say): Promise<void> {
  await findsNoRoom(ada, ben, {
    name: 'home',
    say,
    makeRoom: () => ben.disk?.enlarge(LARGE),
  })
  await findsNoRoom(ada, cleo, {
    name: 'engine',
    say,
    makeRoom: () => cleo.engine.enlarge(LARGE),
  })
}

interface Scene {
  name: string
  makeRoom(): void
  say: Say
}

async function findsNoRoom(ada: Place, on: Place, { name, makeRoom, say }: Scene): Promise<void> {
  const steady = `steady-${name}`
  importBusyboxImage(on.engine, `${steady}:1`)
  await deploy(on, on, steady, {
    containers: [{ image: `${steady}:1`, ports: [{ containerPort: 80 }] }],
  })
  await until('the other work to serve', 60_000, () => serves(on, steady))
  const before = imagesIn(on.engine)
  const id = buildImage(ada.engine, name, IMAGE)
  const asker = createAsker(on, steady)
  await deploy(ada, on, name, imageOf(name))
  await until(`${name} to say that there is no room`, ARRIVES_WITHIN_MS, async () => {
    const { instances } = await workloadSeenBy(ada.node, name)
    if (instances[0]?.reason?.code === 'DISK_FULL') return true
    throw new Error(JSON.stringify(instances))
  })
  const fullAtMs = performance.now()
  for (const command of ['ps', 'why']) {
    const { stdout } = await on.node.cli(command, name)
    assert.match(stdout, /^! On .*(no room|disk is full).* mycelium reclaim/m)
  }
  await registryGoesOn(ada, on, name)
  // It is tried again and again meanwhile.
  await new Promise((resolve) => setTimeout(resolve, STAYS_FULL_MS))
  assert.notEqual((await workloadSeenBy(ada.node, name)).status, 'Running')
  await registryGoesOn(ada, on, `${name}-later`)
  // Between two tries.
  await until('nothing half to be in the engine', 60_000, () => {
    requireNothingHalf(on.engine, before)
    return true
  })
  const { bavail, bsize } = statfsSync(on.node.home)
  assert.ok(bavail * bsize > FREE_BYTES_MIN, `${mebibytes(bavail * bsize)} are free.`)
  makeRoom()
  const roomAtMs = performance.now()
  await arrives(on, id)
  const tookMs = performance.now() - roomAtMs
  const { asked, failed } = await asker.stop()
  const fetched = await carried(on.node, 'received')
  requireNothingTorn(on, [...before, id])
  await registryGoesOn(ada, on, `${name}-after`)
  say(
    [
      `${name} without room: said for ${seconds(roomAtMs - fullAtMs)}`,
      `runs ${seconds(tookMs)} after there was`,
      `${mebibytes(fetched)} came in all`,
      `${asked} requests to other work, ${failed} failed`,
    ].join('; '),
  )
  assert.equal(failed, 0)
  assert.ok(fetched < IMAGE_BYTES + SLACK_BYTES, `${fetched} bytes came in all.`)
}

/** What is written elsewhere is in its copy of the registry, and it says nothing else of it. */
async function registryGoesOn(ada: Place, on: Place, key: string): Promise<void> {
  const value = Buffer.from(key).toString('base64')
  await until(`${key} to be written`, 60_000, async () => {
    const { status, body } = await ada.node.call('PUT', `/api/kv/${key}`, { value })
    if (status === 200) return true
    throw new Error(JSON.stringify(body))
  })
  await until(`${on.node.name} to have ${key} in its copy`, 20_000, async () => {
    const copy = await on.node.call('GET', `/api/kv/${key}?consistency=stale`)
    return (copy.body as { value?: string }).value === value
  })
  const { degraded } = await on.node.get<{ degraded: { code: string }[] }>('/api/status')
  assert.deepEqual(degraded, [])
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(0)} s`

async function serves({ node }: Place, name: string): Promise<boolean> {
  return (await node.viaEdge(`/${name}/health`)).status === 200
}

/** Asks again and again, until it is stopped. */
function createAsker(place: Place, name: string) {
  let [asked, failed, over] = [0, 0, false]
  const done = (async () => {
    while (!over) {
      asked++
      if (!(await serves(place, name).catch(() => false))) failed++
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  })()
  return {
    async stop() {
      over = true
      await done
      return { asked, failed }
    },
  }
}
