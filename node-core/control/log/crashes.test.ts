/** Random lives of a log, each ended by power loss between any two steps of the disk. */
import { describe, expect, it } from 'vitest'
import { createSimDisk, type SimDisk } from '../../base/disk/index.ts'
import { createSeededRandom, type Random } from '../../base/random/index.ts'
import { logOver, text } from './log.fixture.ts'

const LIVES = 6
const SEEDS = 500

interface Told {
  /** What the log must hold, in order: `base` and a beginning of `asked`. */
  base: string[]
  asked: string[]
  /** How much of `asked` was acknowledged. */
  acknowledged: number
  /** How much was taken from the front of `asked` by rewrites. */
  replaced: number
  /** A rewrite under way, and how much of `asked` it replaces. */
  rewrite: { base: string[]; replaces: number } | undefined
}

/** One life: random appends and rewrites until the power goes. What it was told is in `told`. */
async function live(disk: SimDisk, random: Random, told: Told, name: string): Promise<void> {
  const log = logOver(disk, random.int(1e9))
  const steps = random.int(60)
  const work: Promise<unknown>[] = []
  const opening = log.open()
  const opened = await Promise.race([opening.then(() => true), turns(random.int(40), () => false)])
  if (!opened) {
    disk.crash()
    await opening.catch(() => {})
    return
  }
  for (let step = 0; step < steps; step++) {
    if (random.float() < 0.05 && !told.rewrite) work.push(rewrite())
    else work.push(append(step))
    for (let turn = random.int(4); turn > 0; turn--) await Promise.resolve()
    if (random.float() < 0.02) disk.failSyncs(1)
  }
  if (random.float() < 0.2) work.push(log.close())
  await turns(random.int(10), () => undefined)
  disk.crash()
  await Promise.all(work)
  await log.close()

  async function append(step: number): Promise<void> {
    const sync = random.float() < 0.7
    const count = random.int(3) + 1
    const size = random.float() < 0.1 ? 3_000 : random.int(40)
    const records = Array.from({ length: count }, (_, at) => `${name}.${step}.${at}`.padEnd(size))
    told.asked.push(...records)
    const upTo = told.replaced + told.asked.length
    const done = log.append(
      records.map((record) => new Uint8Array(Buffer.from(record))),
      { sync },
    )
    await done.then(
      () => {
        if (sync) told.acknowledged = Math.max(told.acknowledged, upTo - told.replaced)
      },
      () => {},
    )
  }

  async function rewrite(): Promise<void> {
    const base = [`${name} rewritten`, ...told.asked.slice(-2)]
    const under = { base, replaces: told.asked.length }
    told.rewrite = under
    const done = log.rewrite(base.map((record) => new Uint8Array(Buffer.from(record))))
    await done.then(
      () => adopt(told, under),
      () => {},
    )
  }
}

/** The log now begins with the rewrite's records. */
function adopt(told: Told, rewrite: { base: string[]; replaces: number }): void {
  told.base = rewrite.base
  told.asked.splice(0, rewrite.replaces)
  told.replaced += rewrite.replaces
  told.acknowledged = Math.max(0, told.acknowledged - rewrite.replaces)
  told.rewrite = undefined
}

async function turns<T>(count: number, then: () => T): Promise<T> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
  return then()
}

/** Compares, and makes what was found the truth for the next life. */
function check(found: readonly string[], told: Told, seed: number): void {
  const candidates: Told[] = [told]
  if (told.rewrite) {
    const other = structuredClone(told)
    adopt(other, told.rewrite)
    candidates.push(other)
  }
  const fits = candidates.find(({ base, asked, acknowledged }) => {
    const wanted = [...base, ...asked]
    const prefix = found.every((record, at) => record === wanted[at])
    return prefix && found.length >= base.length + acknowledged
  })
  expect(fits, `seed ${seed}: ${JSON.stringify({ found, told })}`).toBeDefined()
  told.base = [...found]
  told.asked = []
  told.acknowledged = 0
  told.replaced = 0
  told.rewrite = undefined
}

describe('a log through crashes', () => {
  it('holds a beginning of what was appended, with all that was acknowledged', async () => {
    const struck = { crash: 0, lostWrite: 0, tornWrite: 0, failedSync: 0, cut: 0, records: 0 }
    for (let seed = 1; seed <= SEEDS; seed++) {
      const random = createSeededRandom(seed)
      const disk = createSimDisk({ random })
      const told: Told = { base: [], asked: [], acknowledged: 0, replaced: 0, rewrite: undefined }
      for (let life = 0; life < LIVES; life++) {
        await live(disk, random, told, `${seed}/${life}`)
        disk.failSyncs(0)
        const log = logOver(disk, random.int(1e9))
        const { records, cut } = await log.open()
        check(records.map(text), told, seed)
        if (cut) struck.cut++
        struck.records += records.length
        // What was read is true from here on, whether the process ends in order or not.
        if (random.float() < 0.5) disk.crash()
        else await log.close()
      }
      for (const fault of ['crash', 'lostWrite', 'tornWrite', 'failedSync'] as const) {
        struck[fault] += disk.faults[fault]
      }
    }
    for (const [fault, times] of Object.entries(struck)) {
      expect(times, `${fault} never struck`).toBeGreaterThan(20)
    }
  })
})
