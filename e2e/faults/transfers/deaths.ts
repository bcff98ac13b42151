/**
 * An image on its way between real nodes and engines, of which one is killed by `kill -9` in the middle:
 * who fetches it, the only one who has it, one of two who have it; then
 * both are stopped in order. Each time the image arrives, nothing that had come is fetched again, and
 * nothing is left over.
 */
import { allReady } from '../../harness/cluster.ts'
import { until } from '../../harness/waiting.ts'
import { arrives, blocksIn, carried, imagesIn, piecesHeld, requireNothingTorn } from './held.ts'
import {
  buildImage,
  copyImage,
  deploy,
  imageOf,
  mebibytes,
  type Place,
  type Say,
  start,
  type Transfers,
} from './places.ts'

const IMAGE = { layers: 3, layerBytes: 80 << 20 }
const IMAGE_BYTES = IMAGE.layers * IMAGE.layerBytes
/** What goes beside the layers: the configuration, busybox, headers of archives. */
const SLACK_BYTES = 8 << 20
/** Pieces on their way when somebody dies, and what went over the wire beside them. */
const LOST_BYTES_MAX = 48 << 20
const HELD_MIN = 10
const STOPS_WITHIN_MS = 10_000

export async function killInTransfers(
  { places: [ada, ben, cleo] }: Transfers,
  say: Say,
): Promise<void> {
  await killReceiver(ada, ben, 'receiver', say)
  await killOnlySender(ada, ben, 'sender', say)
  await killOneOfTwo({ ada, ben, cleo }, 'two', say)
  await stopInTheMiddle(ada, ben, 'stopped', say)
}

async function killReceiver(ada: Place, ben: Place, name: string, say: Say): Promise<void> {
  const id = buildImage(ada.engine, name, IMAGE)
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name, imageOf(name))
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
  const fetched = await carried(ben.node, 'received')
  const missing = IMAGE_BYTES - held
  say(`who fetches is killed: held ${mebibytes(held)}, fetched ${mebibytes(fetched)} afterwards`)
  if (held === 0 || held >= IMAGE_BYTES) throw new Error('It was not killed in the middle.')
  if (fetched > missing + SLACK_BYTES) throw new Error(`${fetched} bytes came for ${missing}.`)
  await clearUp(ada, ben, name, id)
}

async function killOnlySender(ada: Place, ben: Place, name: string, say: Say): Promise<void> {
  const id = buildImage(ada.engine, name, IMAGE)
  const before = await carried(ben.node, 'received')
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name, imageOf(name))
  await midway(ben)
  await ada.node.kill()
  const held = piecesHeld(ben) - heldBefore
  await start(ada)
  await arrives(ben, id)
  const fetched = (await carried(ben.node, 'received')) - before
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
  const id = buildImage(ada.engine, name, IMAGE)
  copyImage(name, ada, cleo)
  const before = await carried(ben.node, 'received')
  const heldBefore = piecesHeld(ben)
  await deploy(ada, ben, name, imageOf(name))
  await midway(ben)
  await cleo.node.kill()
  const held = piecesHeld(ben) - heldBefore
  // The other one goes on giving while this one is gone.
  await arrives(ben, id)
  const fetched = (await carried(ben.node, 'received')) - before
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
  const id = buildImage(ada.engine, name, IMAGE)
  await deploy(ada, ben, name, imageOf(name))
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

const midway = (place: Place): Promise<boolean> =>
  until('some of it to come', 60_000, () => blocksIn(place) > HELD_MIN << 20, 2)

/** What is there is what it says, nothing else is, and then all of it goes. */
async function clearUp(ada: Place, ben: Place, name: string, id: string) {
  const { engine, node } = ben
  const { parts } = requireNothingTorn(ben, [id])
  if (parts < IMAGE.layers + 1) throw new Error(`There are only ${parts} parts.`)
  await ada.node.call('DELETE', `/api/workloads/${name}`)
  const itsOwn = ['ps', '-aq', '--filter', `ancestor=${id}`]
  await until('it to end', 60_000, () => engine.docker(...itsOwn).trim() === '')
  ada.engine.docker('rmi', `${name}:1`)
  // What nobody wants any more goes when somebody asks for the space, this image among it.
  await until('the image to go', 90_000, async () => {
    await node.json('reclaim')
    return !imagesIn(engine).includes(id)
  })
}
