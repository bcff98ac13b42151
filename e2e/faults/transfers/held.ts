/** What a node and its engine have of images, looked at from outside, and what went over the wire. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  isPiece,
  pieceCount,
  pieceListOf,
  pieceOf,
  pieceSpan,
} from '../../../node-core/storage/pieces/index.ts'
import type { Engine } from '../../harness/engine.ts'
import type { TestNode } from '../../harness/node-process.ts'
import { until } from '../../harness/waiting.ts'
import type { Place } from './places.ts'

export const ARRIVES_WITHIN_MS = 180_000

/** It is on the engine, and a container of it runs. */
export async function arrives({ engine, node }: Place, id: string): Promise<void> {
  await until(`the image to arrive at ${node.name}`, ARRIVES_WITHIN_MS, () => {
    return engine.docker('image', 'inspect', '--format', '{{.Id}}', id).trim() === id
  })
  await until('it to run', ARRIVES_WITHIN_MS, () => {
    return engine.docker('ps', '-q', '--filter', `ancestor=${id}`).trim() !== ''
  })
}

/** Nothing is on its way, all that is there is what its name says, and the engine has nothing half. */
export function requireNothingTorn(place: Place, images: readonly string[]): { parts: number } {
  const { engine, node } = place
  for (const folder of ['partial', 'incoming']) {
    const left = filesIn(path.join(node.home, 'blobs', folder))
    if (left.length > 0) throw new Error(`${folder} still holds ${left.join()}`)
  }
  const parts = layerFiles(node)
  for (const file of parts) {
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
    if (digest !== path.basename(file)) throw new Error(`${file} is torn`)
  }
  requireNothingHalf(engine, images)
  return { parts: parts.length }
}

/** The engine has these images and those that the node makes for itself, and nothing of another one. */
export function requireNothingHalf(engine: Engine, images: readonly string[]): void {
  const all = imagesIn(engine)
  const strange = all.filter((one) => !images.includes(one) && !isOfTheNode(engine, one))
  if (strange.length > 0) throw new Error(`The engine holds ${strange.join()} too.`)
  const left = filesIn(path.join(path.dirname(engine.host.slice('unix://'.length)), 'data/tmp'))
  if (left.length > 0) throw new Error(`The engine keeps ${left.join()}`)
}

export const imagesIn = (engine: Engine): string[] =>
  engine.docker('images', '-aq', '--no-trunc').trim().split('\n').filter(Boolean)

/** Made by the node for itself. */
function isOfTheNode(engine: Engine, id: string): boolean {
  const tags = engine.docker('image', 'inspect', '--format', '{{join .RepoTags " "}}', id)
  return tags.startsWith('mycelium-')
}

/** Bytes on its disk of what is on its way. */
export function blocksIn({ node }: Place): number {
  const folder = path.join(node.home, 'blobs/partial')
  const parts = filesIn(folder).filter((file) => !file.endsWith('.pieces'))
  return parts.reduce((sum, file) => sum + onDisk(path.join(folder, file)), 0)
}

/** Pieces come in any order, so that a file's length says nothing. */
const onDisk = (file: string): number =>
  (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512

export function piecesHeld({ node }: Place): number {
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

const filesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : [])

/** Bytes of pieces since the node started. */
export async function carried(node: TestNode, way: 'sent' | 'received'): Promise<number> {
  const { body } = await node.call('GET', '/metrics')
  const line = new RegExp(`^mycelium_pieces_bytes_total{direction="${way}"} (\\S+)`, 'm')
  return Number(line.exec(String(body))?.[1])
}
