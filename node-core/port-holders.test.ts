import { beforeEach, describe, expect, it } from 'vitest'
import { createSimDisk } from './base/disk/index.ts'
import { createMemoryLogger } from './base/log/index.ts'
import type { OwnerId } from './identity/index.ts'
import { createPortHolders, type PortHolders } from './port-holders.ts'
import { type DesiredWorkload, parseWorkload } from './work/spec/index.ts'

const [SHOP, MALLORY, SELF] = ['1', '2', '3'].map((digit) => digit.repeat(64) as OwnerId) as [
  OwnerId,
  OwnerId,
  OwnerId,
]
const PORT = 15_432

let disk: ReturnType<typeof createSimDisk>
let wanted: DesiredWorkload[]
let isCurrent: boolean
let unreadable: string | undefined
beforeEach(() => {
  disk = createSimDisk()
  wanted = []
  isCurrent = true
  unreadable = undefined
})

/** One of this network's nodes, each time it starts. */
async function started(): Promise<PortHolders> {
  const holders = createPortHolders({
    view: {
      wanted: () => wanted,
      isCurrent: () => isCurrent,
      recordOf: (name) => (name === unreadable ? 'unreadable' : 'ended'),
    },
    ...{ owner: SELF, disk, logger: createMemoryLogger() },
  })
  await holders.start()
  return holders
}

function publishing(name: string, owner: OwnerId, containerPort = 5_432): DesiredWorkload {
  const image = { image: 'a', ports: [{ containerPort }] }
  const edge = { tcp: [{ port: PORT, containerPort }] }
  return { workload: parseWorkload({ name, containers: [image], edge }), owner, generation: 1 }
}
const db = publishing('shop-db', SHOP)
const aaa = publishing('aaa', MALLORY)
const whose = (holders: PortHolders) => holders.published().map(({ workload }) => workload)

describe('a port that another workload claims later', () => {
  it('stays with the one that had it, whatever their names, and passes on when that is over', async () => {
    wanted = [db]
    const holders = await started()
    expect(holders.published()).toEqual([{ port: PORT, workload: 'shop-db', containerPort: 5_432 }])
    wanted = [aaa, db]
    expect(whose(holders)).toEqual(['shop-db'])
    wanted = [aaa, publishing('shop-db', SHOP, 5_433)]
    expect(holders.published()).toEqual([{ port: PORT, workload: 'shop-db', containerPort: 5_433 }])
    wanted = [aaa]
    expect(whose(holders)).toEqual(['aaa'])
    wanted = [aaa, db]
    expect(whose(holders)).toEqual(['aaa'])
  })

  it('stays with it over a restart', async () => {
    wanted = [db]
    const before = await started()
    before.published()
    await before.stop()
    wanted = [aaa, db]
    expect(whose(await started())).toEqual(['shop-db'])
  })

  it('is nobody’s while it is not known whether the one that had it wants it still', async () => {
    wanted = [db]
    const before = await started()
    before.published()
    await before.stop()
    isCurrent = false
    wanted = [aaa]
    const holders = await started()
    expect(holders.published()).toEqual([])
    wanted = [aaa, db]
    expect(whose(holders)).toEqual(['shop-db'])
    // In a form of a newer version.
    isCurrent = true
    unreadable = 'shop-db'
    wanted = [aaa]
    expect(holders.published()).toEqual([])
    unreadable = undefined
    expect(whose(holders)).toEqual(['aaa'])
  })

  it('goes to this node’s own owner’s all the same, and to nobody under a name of another owner', async () => {
    wanted = [db]
    const holders = await started()
    holders.published()
    wanted = [db, publishing('mine', SELF)]
    expect(whose(holders)).toEqual(['mine'])
    wanted = [db]
    expect(whose(holders)).toEqual(['shop-db'])
    // The name was released and taken by another: no longer the one that had it.
    wanted = [aaa, publishing('shop-db', MALLORY)]
    expect(whose(holders)).toEqual(['aaa'])
  })
})

it('of two that are seen at once the name that sorts first has the port', async () => {
  wanted = [db, publishing('web', MALLORY), aaa]
  expect(whose(await started())).toEqual(['aaa'])
})

it('what cannot be kept now is kept at the next look', async () => {
  wanted = [db]
  const holders = await started()
  disk.setCapacity(0)
  holders.published()
  await holders.stop()
  disk.setCapacity(1_000_000)
  holders.published()
  await holders.stop()
  wanted = [aaa, db]
  expect(whose(await started())).toEqual(['shop-db'])
})
