/** What a liar has: an image, or a bundle; and how somebody honest comes to have it too. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { running } from '../../harness/cluster.ts'
import { until } from '../../harness/waiting.ts'
import { arrives, imagesIn } from './held.ts'
import { buildImage, copyImage, deploy, imageOf, type Place } from './places.ts'

const SAMPLE = path.resolve(import.meta.dirname, '../../../assets/sample')
const IMAGE = { layers: 2, layerBytes: 12 << 20 }
/** A bundle of several pieces. */
const PADDING_BYTES = 6 << 20

export interface Three {
  ada: Place
  ben: Place
  cleo: Place
}

export interface Goods {
  /** Of a deploy. */
  body: object
  /** Gives it to Ada, who is honest, as Cleo has it. */
  toTheHonest(): Promise<void>
  /** Ben has it and runs it. */
  runs(): Promise<void>
  /** Whether Ben's engine or bundles show it. */
  isIn(): Promise<boolean>
}

export type MakeGoods = (three: Three, name: string) => Promise<Goods>

/** Cleo's engine has it, and no one else's. */
export const anImage: MakeGoods = async ({ ada, ben, cleo }, name) => {
  const id = buildImage(cleo.engine, name, IMAGE)
  return {
    body: imageOf(name),
    async toTheHonest() {
      copyImage(name, cleo, ada)
    },
    runs: () => arrives(ben, id),
    isIn: async () => imagesIn(ben.engine).includes(id),
  }
}

/** Ada signed it, and Cleo alone has published it. */
export const aBundle: MakeGoods = async ({ ada, ben, cleo }, name) => {
  const [manifest, program] = [path.join(ada.node.home, name), path.join(cleo.node.home, name)]
  const sample = readFileSync(path.join(SAMPLE, 'manifest.json'), 'utf8')
  writeFileSync(manifest, sample.replaceAll('greeter', name))
  const padding = `\n// ${randomBytes(PADDING_BYTES).toString('base64')}\n`
  writeFileSync(program, readFileSync(path.join(SAMPLE, 'greeter.mjs'), 'utf8') + padding)
  const { file, digest } = await ada.node.json<{ file: string; digest: string }>(
    ...['bundle', 'build', '--manifest', manifest, '--program', program, '--out', ada.node.home],
  )
  await publish(cleo, file)
  await until('Ada to hear of the bundle', 20_000, async () => {
    const { bundles } = await ada.node.get<{ bundles: { digest: string }[] }>('/api/bundles')
    return bundles.some((bundle) => bundle.digest === digest)
  })
  return {
    body: { bundle: digest },
    toTheHonest: () => publish(ada, file),
    async runs() {
      await running(ada.node, name, { replicas: 1, timeoutMs: 180_000 })
    },
    async isIn() {
      const { kept } = await ben.node.get<{ kept: { id: string; kind: string }[] }>('/api/space')
      return kept.some(({ kind, id }) => kind === 'bundle' && id === digest)
    },
  }
}

async function publish(place: Place, file: string): Promise<void> {
  await place.node.json('bundle', 'publish', file)
}

/** Both have it taken apart already, so that both are asked. */
export async function sharedImage({ ada, ben, cleo }: Three, name: string): Promise<Goods> {
  const id = buildImage(ada.engine, name, IMAGE)
  await deploy(ada, cleo, `${name}-there`, imageOf(name))
  await arrives(cleo, id)
  return {
    body: imageOf(name),
    async toTheHonest() {},
    runs: () => arrives(ben, id),
    isIn: async () => imagesIn(ben.engine).includes(id),
  }
}
