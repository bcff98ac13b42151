/**
 * An image on its way between real nodes and engines, of which one is killed by `kill -9` in the middle:
 * who fetches it, the only one who has it, one of two who have it; then
 * both are stopped in order. Each time the image arrives, nothing that had come is fetched again, and
 * nothing is left over.
 */
import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  isPiece,
  pieceCount,
  pieceListOf,
  pieceOf,
  pieceSpan,
} from '../../node-core/storage/pieces/index.ts'
import { allReady, LISTEN } from '../harness/cluster.ts'
import { createEngine, type Engine } from '../harness/engine.ts'
import { createTestNode, type TestNode } from '../harness/node-process.ts'
import { until } from '../harness/waiting.ts'

const LAYERS = 3
const LAYER_BYTES = 80 << 20
/** Pieces on their way when somebody dies, and what went over the wire beside them. */
const LOST_BYTES_MAX = 48 << 20
const ARRIVES_WITHIN_MS = 180_000
const HELD_MIN = 10

interface Place {
  engine: Engine
  node: TestNode
}

export interface Transfers {
  places: readonly [Place, Place, Place]
  remove(): Promise<void>
}

export async function formTransfers(): Promise<Transfers> {
  const places: Place[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(places.map(({ node }) => node.remove()))
    await Promise.all(places.map(({ engine }) => engine.remove()))
  }
  const add = async (name: string): Promise<Place> => {
    const engine = await createEngine(name)
    const place = { engine, node: createTestNode(name, { DOCKER_HOST: engine.host }) }
    places.push(place)
    return place
  }
  try {
    const ada = await add('ada')
    await ada.node.json('init', '--network-name', 'Garden', '--name', 'ada')
    await start(ada)
    const { invite } = await ada.node.json<{ invite: string }>('invite', '--uses', '2')
    const join = async (name: string): Promise<Place> => {
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

const start = ({ node }: Place): Promise<void> => node.up(...LISTEN, '--tag', `who=${node.name}`)

export async function killInTransfers(
  { places: [ada, ben, cleo] }: Transfers,
  say: Say,
): Promise<void> {
  await killReceiver(ada, ben, 'receiver', say)
  await killOnlySender(ada, ben, 'sender', say)
  await killOneOfTwo({ ada, ben, cleo }, 'two', say)
  await stopInTheMiddle(ada, ben, 'stopped', say)
}

type Say = (line: string) => void

async function killReceiver(ada: Place, ben: Place, name: string, say: Say): Promise<void> {
  const id = buildImage(ada.engine, name)
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name)
  await midway(ben)
  // Frozen first, so that what is counted is what it has when it dies.
  process.kill(ben.node.pid, 'SIGSTOP')
  let held: number
  try {
    held = piecesHeld(ben) - heldBefore
  } finally {
    // What is frozen hears no other end.
    await ben.node.kill()
  }
  await start(ben)
  await arrives(ben, id)
  const fetched = await receivedBy(ben.node)
  const missing = IMAGE_BYTES - held
  say(`who fetches is killed: held ${mebibytes(held)}, fetched ${mebibytes(fetched)} afterwards`)
  if (held === 0 || held >= IMAGE_BYTES) throw new Error('It was not killed in the middle.')
  if (fetched > missing + SLACK_BYTES) throw new Error(`${fetched} bytes came for ${missing}.`)
  await clearUp(ada, ben, name, id)
}

async function killOnlySender(ada: Place, ben: Place, name: string, say: Say): Promise<void> {
  const id = buildImage(ada.engine, name)
  const before = await receivedBy(ben.node)
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name)
  await midway(ben)
  await ada.node.kill()
  const held = piecesHeld(ben) - heldBefore
  await start(ada)
  await arrives(ben, id)
  const fetched = (await receivedBy(ben.node)) - before
  say(`the only one who has it is killed: held ${mebibytes(held)}, ${mebibytes(fetched)} in all`)
  if (held >= IMAGE_BYTES) throw new Error('It was not killed in the middle.')
  if (fetched > IMAGE_BYTES + LOST_BYTES_MAX) throw new Error(`${fetched} bytes came in all.`)
  await clearUp(ada, ben, name, id)
}

async function killOneOfTwo(
  { ada, ben, cleo }: { ada: Place; ben: Place; cleo: Place },
  name: string,
  say: Say,
): Promise<void> {
  const id = buildImage(ada.engine, name)
  execFileSync('sh', [
    '-c',
    `docker -H ${ada.engine.host} save ${name}:1 | docker -H ${cleo.engine.host} load`,
  ])
  const before = await receivedBy(ben.node)
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name)
  await midway(ben)
  await cleo.node.kill()
  const held = piecesHeld(ben) - heldBefore
  // The other one goes on giving while this one is gone.
  await arrives(ben, id)
  const fetched = (await receivedBy(ben.node)) - before
  await start(cleo)
  say(`one of two who have it is killed: held ${mebibytes(held)}, ${mebibytes(fetched)} in all`)
  if (held >= IMAGE_BYTES) throw new Error('It was not killed in the middle.')
  if (fetched > IMAGE_BYTES + LOST_BYTES_MAX) throw new Error(`${fetched} bytes came in all.`)
  await allReady([ada.node, ben.node, cleo.node])
  await clearUp(ada, ben, name, id)
  cleo.engine.docker('rmi', `${name}:1`)
}

/** In order, the one and then the other: neither waits for what goes on. */
async function stopInTheMiddle(ada: Place, ben: Place, name: string, say: Say): Promise<void> {
  const id = buildImage(ada.engine, name)
  await deploy(ada, ben, name)
  await midway(ben)
  for (const place of [ada, ben]) {
    const beganMs = performance.now()
    await place.node.stop()
    const tookMs = performance.now() - beganMs
    say(`${place.node.name} is told to stop, and ends within ${tookMs.toFixed(0)} ms`)
    if (tookMs > STOPS_WITHIN_MS) throw new Error('It took too long to stop.')
  }
  await start(ada)
  await start(ben)
  await arrives(ben, id)
  await clearUp(ada, ben, name, id)
}

const STOPS_WITHIN_MS = 10_000
const IMAGE_BYTES = LAYERS * LAYER_BYTES
/** What goes beside the layers: the configuration, busybox, headers of archives. */
const SLACK_BYTES = 8 << 20

async function deploy(ada: Place, on: Place, name: string): Promise<void> {
  const { status, body } = await ada.node.call('POST', '/api/workloads', {
    ...{ name, replicas: 1, graceMs: 0, nodeSelector: { who: on.node.name } },
    containers: [{ image: `${name}:1` }],
  })
  if (status !== 201) throw new Error(`The deploy was refused: ${JSON.stringify(body)}`)
}

const midway = (place: Place): Promise<boolean> =>
  until('some of it to come', 60_000, () => blocksIn(place) > HELD_MIN << 20, 2)

/** Bytes of layers that are on its disk, in whole files or not. */
function blocksIn({ node }: Place): number {
  const folder = path.join(node.home, 'blobs/partial')
  return filesIn(folder).reduce((sum, file) => sum + onDisk(path.join(folder, file)), 0)
}

async function arrives({ engine, node }: Place, id: string): Promise<void> {
  await until(`the image to arrive at ${node.name}`, ARRIVES_WITHIN_MS, () => {
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', id).trim() === id
  })
  await until('it to run', ARRIVES_WITHIN_MS, () => {
    return engine.docker('ps', '-q', '--filter', `ancestor=${id}`).trim() !== ''
  })
}

/** What is there is what it says, nothing else is, and then all of it goes. */
async function clearUp(ada: Place, { engine, node }: Place, name: string, id: string) {
  const blobs = path.join(node.home, 'blobs')
  for (const folder of ['partial', 'incoming']) {
    const left = filesIn(path.join(blobs, folder))
    if (left.length > 0) throw new Error(`${folder} still holds ${left.join()}`)
  }
  const digests = layerFiles(node).map((file) => {
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (digest !== path.basename(file)) throw new Error(`${file} is torn`)
    return digest
  })
  if (digests.length < LAYERS + 1) throw new Error(`There are only ${digests.length} parts.`)
  const images = engine.docker('images', '-aq', '--no-trunc').trim().split('\n')
  const strange = images.filter((one) => one !== id && !known(engine, one))
  if (strange.length > 0) throw new Error(`The engine holds ${strange.join()} too.`)
  const left = filesIn(path.join(path.dirname(engine.host.slice('unix://'.length)), 'data/tmp'))
  if (left.length > 0) throw new Error(`The engine keeps ${left.join()}`)
  await ada.node.call('DELETE', `/api/workloads/${name}`)
  const itsOwn = ['ps', '-aq', '--filter', `ancestor=${id}`]
  await until('it to end', 60_000, () => engine.docker(...itsOwn).trim() === '')
  ada.engine.docker('rmi', `${name}:1`)
  // What nobody wants any more goes when somebody asks for the space, this image among it.
  await until('the image to go', 90_000, async () => {
    await node.json('reclaim')
    return !engine.docker('images', '-aq', '--no-trunc').includes(id)
  })
}

/** Made by the node for itself. */
function known(engine: Engine, id: string): boolean {
  const tags = engine.docker('image', 'inspect', '--format', '{{join .RepoTags " "}}', id)
  return tags.startsWith('mycelium-')
}

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])
/** Pieces come in any order, so that a file's length says nothing. */
const onDisk = (file: string): number =>
  (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`

function piecesHeld({ node }: Place): number {
  const folder = path.join(node.home, 'blobs/partial')
  const whole = layerFiles(node).reduce((sum, file) => sum + readFileSync(file).byteLength, 0)
  return filesIn(folder)
    .filter((file) => file.endsWith('.pieces'))
    .reduce((sum, file) => sum + rightBytes(path.join(folder, file)), whole)
}

/** Bytes of the pieces that a part of a blob holds, by the list that lies beside it. */
function rightBytes(listFile: string): number {
  const bytes = readFileSync(listFile)
  const list = pieceListOf(Number(bytes.readBigUInt64BE(0)), bytes.subarray(8))
  if (!list) return 0
  const file = listFile.replace(/\.pieces$/, '')
  // The list is there first.
  if (!existsSync(file)) return 0
  const content = readFileSync(file)
  let right = 0
  for (let index = 0; index < pieceCount(list.sizeBytes); index++) {
    const { offset, length } = pieceSpan(list.sizeBytes, index)
    if (isPiece(pieceOf(list, index), content.subarray(offset, offset + length))) right += length
  }
  return right
}

function layerFiles({ home }: TestNode): string[] {
  const layers = path.join(home, 'blobs/layers')
  return filesIn(layers).flatMap((prefix) => {
    return filesIn(path.join(layers, prefix)).map((file) => path.join(layers, prefix, file))
  })
}

async function receivedBy(node: TestNode): Promise<number> {
  const { body } = await node.call('GET', '/metrics')
  const found = /^mycelium_pieces_bytes_total{direction="received"} (\S+)/m.exec(String(body))
  return Number(found?.[1])
}

/** Of bytes that do not shrink on the way, so that what is received can be counted. */
function buildImage(engine: Engine, name: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-transfer-image-'))
  try {
    execFileSync('cp', ['/bin/busybox', folder])
    const lines = ['FROM scratch', 'COPY busybox /bin/busybox']
    for (let layer = 0; layer < LAYERS; layer++) {
      writeFileSync(path.join(folder, `layer-${layer}`), randomBytes(LAYER_BYTES))
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
