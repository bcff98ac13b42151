/** Whole nodes on one clock: fewer copies are wanted while those that would stay are out of sight. */
import { afterEach, expect, test } from 'vitest'
import { during, type House, openHouse } from '../reconcile/testing/house.ts'
import { slotOf } from '../spec/index.ts'

let house: House
afterEach(() => house.stopAll())

const web = (more: object) => ({
  ...{ name: 'web', onPartition: 'keep', graceMs: 0, ...more },
  containers: [{ image: 'a', ports: [{ containerPort: 80 }], resources: { cpu: '100m' } }],
})
const living = (): number[] =>
  house
    .running('web')
    .flatMap(({ node, slot }) => (node.up ? [slot] : []))
    .sort()

/** Three serve, and the computer of the first dies. */
async function withoutTheFirst(body: Record<string, unknown>, begun = () => {}) {
  house = await openHouse(4, 3)
  await house.deploy(house.nodes[3]!, body)
  begun()
  await house.until('all serve', () => house.serves('web', 3), 20_000)
  const first = house.running('web').find(({ slot }) => slot === 0)!.node
  first.kill()
  await house.pass(5_000)
  expect(living()).toEqual([1, 2])
  const seenBy = house.nodes.find(({ up }) => up)!
  const asked = (): number[] => seenBy.view.assigned('web').map(({ index }) => index)
  const slots = (): string[] => [...(seenBy.desired.committed()?.assignments.keys() ?? [])]
  return { first, seenBy, asked, slots }
}

test('one that serves is asked on, until the copy that was wanted is back', async () => {
  const { first, seenBy, asked, slots } = await withoutTheFirst(web({ replicas: 3 }))
  await house.deploy(seenBy, web({ replicas: 1 }))
  await house.pass(20_000)
  expect(living()).toEqual([1])
  expect(asked()).toContain(1)
  expect(slots()).toEqual([slotOf('web', 0), slotOf('web', 1)])
  await during(house, first.start())
  await house.until('the one that is wanted', () => house.serves('web', 1), 10_000)
  await house.pass(2_000)
  expect([living(), slots()]).toEqual([[0], [slotOf('web', 0)]])
})

test('a count that falls by itself leaves one that serves, and grows again from there', async () => {
  const put = (text: string) =>
    house.committee!.execute({
      kind: 'kv.put',
      body: { key: 'web/orders', value: new Uint8Array(Buffer.from(text)) },
    })
  const queue = { key: 'web/orders', perCopy: 10 }
  const autoscale = { max: 3, queue, upAfterMs: 0, downAfterMs: 5_000 }
  const { seenBy, asked } = await withoutTheFirst(web({ autoscale }), () => put('30'))
  const copies = () => seenBy.desired.get('web')?.workload.replicas
  put('1')
  await house.until('one to be wanted', () => copies() === 1, 20_000)
  await house.pass(20_000, 20)
  expect([living(), asked().includes(1)]).toEqual([[1], true])
  put('30')
  await house.until('three to be wanted', () => copies() === 3, 20_000)
  await house.until('those in sight', () => living().length === 2, 5_000)
})

test.each([
  ['killed and started again', 100],
  ['out of sight until it counted as dead', 15_000],
])('one whose computer was %s serves on, and is asked again', async (_, awayMs) => {
  const { seenBy } = await withoutTheFirst(web({ replicas: 3 }))
  await house.deploy(seenBy, web({ replicas: 1 }))
  await house.until('one to be left', () => living().length === 1, 20_000)
  const second = house.running('web').find(({ slot, node }) => slot === 1 && node.up)!.node
  second.kill()
  await house.pass(awayMs)
  await during(house, second.start())
  await house.pass(5_000)
  const another = house.nodes.find((node) => node.up && node !== second)!
  expect(living()).toEqual([1])
  expect(another.view.assigned('web').map(({ index }) => index)).toContain(1)
  expect(another.desired.committed()?.assignments.get(slotOf('web', 1))).toBe(second.id)
})

test.each([
  ['is started again', {}, [1]],
  ['ends where its workload says so', { restart: { when: 'never' } }, []],
])('one that fails %s', async (_, more, left) => {
  const { seenBy, asked } = await withoutTheFirst(web({ replicas: 3, ...more }))
  await house.deploy(seenBy, web({ replicas: 1, ...more }))
  await house.until('one to be left', () => living().length === 1, 20_000)
  const [one] = house.running('web').filter(({ node }) => node.up)
  one!.node.engine.exit(one!.id, 1)
  await house.pass(20_000)
  expect(living()).toEqual(left)
  const ids = house.running('web').flatMap(({ node, id }) => (node.up ? [id] : []))
  expect(ids).toEqual(left.map(() => one!.id))
  if (left.length > 0) expect(asked()).toContain(1)
})

test('one gives its host port to the copy that it stands in for', async () => {
  const fixed = (replicas: number) => ({
    ...{ name: 'web', replicas, graceMs: 0 },
    containers: [{ image: 'a', ports: [{ containerPort: 80, hostPort: 8_080 }] }],
  })
  house = await openHouse(3, 3)
  await house.deploy(house.nodes[0]!, fixed(3))
  await house.until('all serve', () => house.serves('web', 3), 20_000)
  house
    .running('web')
    .find(({ slot }) => slot === 0)!
    .node.kill()
  await house.pass(20_000)
  expect(living()).toEqual([1, 2])
  await house.deploy(house.nodes.find(({ up }) => up)!, fixed(2))
  await house.pass(20_000)
  expect(living()).toEqual([0, 1])
  expect(house.running('web').filter(({ node }) => node.up)).toHaveLength(2)
})
