/** `seeds.json`: the seeds of this node. Nobody else may read it, since there are passwords in it. */
import { z } from 'zod'
import type { Disk } from '../../base/disk/index.ts'
import { failure } from './failures.ts'
import type { SeedCredentials } from './index.ts'
import { LOCATION_LENGTH_MAX, SEEDS_MAX } from './limits.ts'

export interface ListedSeed {
  location: string
  /** False for one that this node joined by, and only reads. */
  writes: boolean
  credentials: SeedCredentials
}

const SEEDS_PATH = 'seeds.json'
const UNREADABLE =
  `${SEEDS_PATH} in this node’s home cannot be read, so it keeps no seed up to date. Put it right, or ` +
  'delete it and publish to each place again; it is read when the node starts.'
const text = z.string().max(4_096).exactOptional()
const SEEDS = z
  .array(
    z.object({
      location: z.string().max(LOCATION_LENGTH_MAX),
      writes: z.boolean(),
      credentials: z.object({
        ...{ token: text, accessKeyId: text, secretAccessKey: text, sessionToken: text },
      }),
    }),
  )
  .max(SEEDS_MAX)

/** Throws SEED_INVALID, without a word of what the file says. */
export async function readSeeds(disk: Disk): Promise<ListedSeed[]> {
  const bytes = await disk.read(SEEDS_PATH)
  if (!bytes) return []
  const parsed = SEEDS.safeParse(jsonIn(bytes))
  if (parsed.success) return parsed.data
  throw failure('SEED_INVALID', UNREADABLE)
}

export async function writeSeeds(disk: Disk, seeds: readonly ListedSeed[]): Promise<void> {
  const bytes = new TextEncoder().encode(`${JSON.stringify(seeds, null, 2)}\n`)
  await disk.writeAtomic(SEEDS_PATH, bytes, { mode: 0o600 })
}

/** By whoever joins: what it joined by is read again when it finds nobody. */
export async function rememberSeed(disk: Disk, location: string): Promise<void> {
  const others = (await readSeeds(disk)).filter((seed) => seed.location !== location)
  if (others.length >= SEEDS_MAX) return
  await writeSeeds(disk, [...others, { location, writes: false, credentials: {} }])
}

function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    // Said by whoever looks for the shape: the parser's own words quote the file.
    return undefined
  }
}
