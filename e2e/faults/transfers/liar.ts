/**
 * Cleo gives wrong pieces of what it has. Where it is the only one who has an image or a bundle, nothing
 * of it gets in, and the copy runs by itself once somebody honest has it; beside an honest one it costs
 * what it sends before it is found out, once.
 */
import assert from 'node:assert/strict'
import { nodeIdOf, workloadSeenBy } from '../../harness/cluster.ts'
import { asLiar } from '../../harness/liar/index.ts'
import { until } from '../../harness/waiting.ts'
import { aBundle, anImage, type MakeGoods, sharedImage, type Three } from './goods.ts'
import { blocksIn, carried, imagesIn, requireNothingHalf, requireNothingTorn } from './held.ts'
import {
  deploy,
  formTransfers,
  mebibytes,
  type Place,
  type Say,
  start,
  type Transfers,
} from './places.ts'

/** What is smaller it gives as it is. */
const LIE_BYTES_MIN = 64 << 10

export const formWithLiar = (): Promise<Transfers> =>
  formTransfers({ cleo: { preload: asLiar('pieces') } })

export async function lieInTransfers(
  { places: [ada, ben, cleo] }: Transfers,
  say: Say,
): Promise<void> {
  const three = { ada, ben, cleo }
  await beside(three, 'image', sharedImage, say)
  await beside(three, 'bundle', sharedBundle, say)
  await alone(three, 'lone-image', anImage, say)
  await alone(three, 'lone-bundle', aBundle, say)
}

const sharedBundle: MakeGoods = async (three, name) => {
  const bundle = await aBundle(three, name)
  await bundle.toTheHonest()
  return bundle
}

/** What comes is right; Cleo is found out, and is not asked for the next one. */
async function beside(three: Three, name: string, make: MakeGoods, say: Say): Promise<void> {
  const { ada, ben, cleo } = three
  const since = await startAnew(ben)
  const sent = [0, 0]
  for (const at of sent.keys()) {
    const goods = await make(three, `${name}-${at}`)
    const before = await carried(cleo.node, 'sent')
    await deploy(ada, ben, `${name}-${at}`, goods.body)
    await goods.runs()
    sent[at] = (await carried(cleo.node, 'sent')) - before
    requireNothingTorn(ben, imagesIn(ben.engine))
  }
  const [first = 0, next] = sent
  say(
    `${name} from a liar and an honest one: the liar sent ${mebibytes(first)}, then ${next} bytes`,
  )
  if (first < LIE_BYTES_MIN) throw new Error('The liar was not asked.')
  await requireFoundOut(ben, cleo, since)
  if (next !== 0) throw new Error('The liar was asked again.')
}

/** Nothing of what Cleo gives gets in, the copy says so, and it runs once Ada has it too. */
async function alone(three: Three, name: string, make: MakeGoods, say: Say): Promise<void> {
  const { ada, ben, cleo } = three
  const since = await startAnew(ben)
  const goods = await make(three, name)
  const before = imagesIn(ben.engine)
  await deploy(ada, ben, name, goods.body)
  await until(`${name} to be refused`, 60_000, async () => {
    const { instances } = await workloadSeenBy(ada.node, name)
    if (instances[0]?.reason?.code === 'DIGEST_MISMATCH') return true
    throw new Error(JSON.stringify(instances))
  })
  await requireFoundOut(ben, cleo, since)
  // It is tried again meanwhile.
  await until('nothing of it to be there', 60_000, async () => {
    requireNothingHalf(ben.engine, before)
    return blocksIn(ben) === 0 && !(await goods.isIn())
  })
  const { stdout } = await ada.node.cli('why', name)
  assert.match(stdout, /! .*something else/)
  const hadMs = performance.now()
  await goods.toTheHonest()
  await goods.runs()
  const seconds = ((performance.now() - hadMs) / 1_000).toFixed(0)
  say(`${name} from a liar alone: refused; it runs ${seconds} s after an honest one has it`)
  requireNothingTorn(ben, imagesIn(ben.engine))
}

/** Ben names it in its log. */
async function requireFoundOut(ben: Place, cleo: Place, since: number): Promise<void> {
  const liar = await nodeIdOf(cleo.node)
  const said = ben.node
    .log()
    .slice(since)
    .split('\n')
    .filter((line) => /something else|does not match/.test(line))
  if (!said.some((line) => line.includes(liar))) throw new Error('Nobody says who lied.')
}

/**
 * Who was found out is passed over for an hour, and a node that starts has heard nothing of anybody.
 * Where in its log its new life begins.
 */
async function startAnew(ben: Place): Promise<number> {
  await ben.node.stop()
  const since = ben.node.log().length
  await start(ben)
  return since
}
