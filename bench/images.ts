/**
 * An image of 200 MB to one other node and to ten, each with an engine of its own, beside `docker save`
 * piped into `docker load` between the same engines. The source takes the image apart within the time.
 */
import { execFile, execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { allReady, LISTEN } from '../e2e/harness/cluster.ts'
import { createEngine, type Engine, enginesUnavailable } from '../e2e/harness/engine.ts'
import { createTestNode, type TestNode } from '../e2e/harness/node-process.ts'
import { pause, waitFor } from './processes.ts'
import { type Bench, median, type Row } from './report.ts'
import { roundsOr } from './rounds.ts'

const LAYERS = 4
const LAYER_BYTES = 50_000_000
const MANY = 10
const DEADLINE_MS = 240_000
/** To one; ten at once are asked once. */
const ROUNDS = roundsOr(3)

export const imagesBench: Bench = {
  name: 'images',
  title: 'An image of 200 MB to other computers',
  unavailable: enginesUnavailable,
  run: compare,
}

interface Place {
  engine: Engine
  node: TestNode
}

async function compare(): Promise<Row[]> {
  const places: Place[] = []
  try {
    const source = await addPlace(places)
    await source.node.json('init', '--network-name', 'Bench', '--name', source.node.name)
    await source.node.up(...LISTEN)
    const uses = String(MANY)
    const { invite } = await source.node.json<{ invite: string }>('invite', '--uses', uses)
    const join = async (): Promise<void> => {
      const { node } = await addPlace(places)
      await node.json('join', invite, '--name', node.name)
      await node.up(...LISTEN)
    }
    await join()
    const one: Both[] = []
    for (let round = 0; round < ROUNDS; round++) {
      one.push(await takeTurns(places, `one-${round}`, 2 * round + 4))
    }
    while (places.length <= MANY) await join()
    const many = [await takeTurns(places, 'many', 2)]
    const update = await updateOf(places, 'many')
    return [
      rowOf('to one', one, '`docker save \\| docker load`'),
      rowOf(`to ${MANY} at once`, many, `${MANY} × \`docker save \\| docker load\`, at once`),
      {
        what: `an update of one layer of ${LAYERS}, to ${MANY}`,
        ours: text(update),
        peer: '',
        aim: '',
      },
    ]
  } finally {
    for (const { node } of places) await node.remove()
    for (const { engine } of places) await engine.remove()
  }
}

async function addPlace(places: Place[]): Promise<Place> {
  const name = `n${places.length}`
  const engine = await createEngine(name)
  const place = { engine, node: createTestNode(name, { DOCKER_HOST: engine.host }) }
  places.push(place)
  return place
}

interface Figures {
  tookMs: number
  /** What the source sent to others, as it went over the wire, in sizes of the image. */
  sentCopies?: number
}

interface Both {
  ours: Figures
  peer: Figures
}

async function takeTurns(places: readonly Place[], name: string, turn: number): Promise<Both> {
  await allReady(places.map(({ node }) => node))
  const [source] = places
  if (!source) throw new Error('There is no source.')
  const ours = await byNodes(places, buildImage(source.engine, name, turn), name)
  const peer = await bySaveAndLoad(places, buildImage(source.engine, `${name}-peer`, turn + 1))
  return { ours, peer }
}

async function updateOf(places: readonly Place[], name: string): Promise<Figures> {
  const [source] = places
  if (!source) throw new Error('There is no source.')
  const id = buildImage(source.engine, `${name}-updated`, 2, { lastLayer: 7 })
  return byNodes(places, id, `${name}-updated`)
}

/** From the deploy until every engine has the image. */
async function byNodes(places: readonly Place[], id: string, name: string): Promise<Figures> {
  const [source] = places
  if (!source) throw new Error('There is no source.')
  await pause(2_000)
  const before = await sentBy(source.node)
  const startedMs = performance.now()
  const { status, body } = await source.node.call('POST', '/api/workloads', {
    name,
    replicas: places.length,
    graceMs: 0,
    containers: [{ image: `${name}:1` }],
  })
  if (status !== 201) throw new Error(`The deploy was refused: ${JSON.stringify(body)}`)
  await waitFor('image on every engine', DEADLINE_MS, async () => {
    await pause(50)
    return allHave(places, id)
  })
  const tookMs = performance.now() - startedMs
  const sent = (await sentBy(source.node)) - before
  await source.node.call('DELETE', `/api/workloads/${name}`)
  return { tookMs, sentCopies: sent / (LAYERS * LAYER_BYTES) }
}

async function bySaveAndLoad(places: readonly Place[], id: string): Promise<Figures> {
  const [source, ...others] = places
  if (!source) throw new Error('There is no source.')
  await pause(2_000)
  const startedMs = performance.now()
  await Promise.all(
    others.map(({ engine }) => {
      const command = `docker -H ${source.engine.host} save ${id} | docker -H ${engine.host} load`
      return promisify(execFile)('sh', ['-c', command])
    }),
  )
  return { tookMs: performance.now() - startedMs }
}

async function allHave(places: readonly Place[], id: string): Promise<boolean> {
  const answers = await Promise.all(places.map(({ engine }) => hasImage(engine, id)))
  return answers.every(Boolean)
}

function hasImage(engine: Engine, id: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socketPath = engine.host.replace('unix://', '')
    request({ socketPath, path: `/images/${id}/json` }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
      .once('error', () => resolve(false))
      .end()
  })
}

/** Bytes of pieces that a node has sent. */
async function sentBy(node: TestNode): Promise<number> {
  const { body } = await node.call('GET', '/metrics')
  const [, bytes] = /^mycelium_pieces_bytes_total{direction="sent"} (\S+)/m.exec(String(body)) ?? []
  return Number(bytes)
}

/**
 * Programs and libraries of this machine, as images hold them; another `turn` gives other bytes of the
 * same kind.
 */
function buildImage(
  engine: Engine,
  name: string,
  turn: number,
  { lastLayer = LAYERS - 1 }: { lastLayer?: number } = {},
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'mycelium-bench-image-'))
  try {
    copyFileSync('/bin/busybox', path.join(folder, 'busybox'))
    const lines = ['FROM scratch', 'COPY busybox /bin/busybox']
    for (let layer = 0; layer < LAYERS; layer++) {
      const which = layer === LAYERS - 1 ? lastLayer : layer
      const from = which * LAYER_BYTES + turn * 104_729
      writeFileSync(path.join(folder, `layer-${layer}`), stuff().subarray(from, from + LAYER_BYTES))
      lines.push(`COPY layer-${layer} /layer-${layer}`)
    }
    lines.push('CMD ["/bin/busybox", "sleep", "100000"]')
    writeFileSync(path.join(folder, 'Dockerfile'), lines.join('\n'))
    const args = ['-H', engine.host, 'build', '-q', '-t', `${name}:1`, folder]
    const env = { ...process.env, DOCKER_BUILDKIT: '0' }
    execFileSync('docker', args, { env, stdio: 'pipe' })
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', `${name}:1`).trim()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

let gathered: Buffer | undefined

function stuff(): Buffer {
  if (gathered) return gathered
  const bytes = (LAYERS + 5) * LAYER_BYTES
  const command = `tar -ch --ignore-failed-read -C /usr lib bin 2>/dev/null | head -c ${bytes}`
  gathered = execFileSync('sh', ['-c', command], { maxBuffer: bytes + 1 })
  return gathered
}

function rowOf(what: string, rounds: readonly Both[], by: string): Row {
  const ours = middle(rounds.map((round) => round.ours))
  const peer = middle(rounds.map((round) => round.peer))
  return {
    ...{ what, ours: text(ours), peer: `${by}: ${text(peer)}` },
    ...{ ratio: ours.tookMs / peer.tookMs, aim: '' },
  }
}

function middle(rounds: readonly Figures[]): Figures {
  const tookMs = median(rounds.map((round) => round.tookMs))
  const sent = rounds.flatMap(({ sentCopies }) => sentCopies ?? [])
  return sent.length === 0 ? { tookMs } : { tookMs, sentCopies: median(sent) }
}

function text({ tookMs, sentCopies }: Figures): string {
  const sent =
    sentCopies === undefined ? '' : `, ${sentCopies.toFixed(2)} of its size sent by the source`
  return `${(tookMs / 1_000).toFixed(1)} s${sent}`
}
