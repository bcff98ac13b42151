/** What is written down of an instance when it is started, so that the next start can know it. */
import { open, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { storedEgress } from '../../spec/index.ts'
import { RECORD_BYTES_MAX, USER_ID_COUNT, USER_ID_MIN } from './limits.ts'

/** A process, told apart from a later one with the same number. */
const identity = z.object({ pid: z.number().int().min(1), born: z.string() })
export type ProcessIdentity = z.infer<typeof identity>

const record = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[a-z0-9-]{1,90}$/),
  workload: z.string(),
  index: z.number().int(),
  generation: z.number().int(),
  ports: z.record(z.string(), z.number().int()),
  startedAtMs: z.number(),
  memoryBytes: z.number().int(),
  workFolder: z.string(),
  /** What it may write there where the system does not keep it to that; absent where it does. */
  watchedDiskBytes: z.number().int().optional(),
  userId: z
    .number()
    .int()
    .min(USER_ID_MIN)
    .max(USER_ID_MIN + USER_ID_COUNT - 1)
    .optional(),
  cgroups: z.array(z.string()),
  /** What it may connect to. Earlier releases wrote none. */
  reach: z.object({ own: z.boolean(), egress: storedEgress.optional() }).optional(),
  /** Ids of what it keeps; a beginning that ends in a dot where no more is known. */
  volumes: z.array(z.string()).optional(),
  /** What the workload calls it. Earlier releases wrote none. */
  part: z.string().optional(),
  /** What its bundle asked to be kept to, so that commands inside it are too. Earlier releases wrote none. */
  confinement: z
    .discriminatedUnion('by', [
      z.object({ by: z.literal('nothing') }),
      z.object({ by: z.literal('landlock') }),
      z.object({ by: z.literal('apparmor'), name: z.string(), file: z.string() }),
    ])
    .optional(),
  /** Graphics processors that it has leased. */
  gpus: z
    .array(
      z.object({
        name: z.string(),
        devices: z.array(z.string()).readonly(),
        groups: z.array(z.number().int()).readonly(),
      }),
    )
    .readonly()
    .optional(),
  /** Written before the program may begin: what is to become it. */
  launcher: identity.optional(),
  /** The same process once it is the program; absent when the start was cut off. */
  process: identity.optional(),
  /** Set once it is known to have ended. */
  exit: z
    .object({
      code: z.number().int().optional(),
      for: z
        .object({ code: z.enum(['DISK_EXCEEDED', 'MEMORY_EXCEEDED']), message: z.string() })
        .optional(),
    })
    .optional(),
})
export type InstanceRecord = z.infer<typeof record>

const FILE = 'record.json'

/** Written aside and renamed, so that a crash leaves the old one or the new one. */
export async function writeRecord(folder: string, of: InstanceRecord): Promise<void> {
  const file = join(folder, of.id, FILE)
  const handle = await open(`${file}.new`, 'w', 0o600)
  try {
    await handle.writeFile(JSON.stringify(of))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(`${file}.new`, file)
}

/** All records; folders without a readable one are named apart. */
export async function readRecords(
  folder: string,
  logger: Logger,
): Promise<{ records: InstanceRecord[]; unreadable: string[] }> {
  const records: InstanceRecord[] = []
  const unreadable: string[] = []
  for (const name of await readdir(folder)) {
    if (name.startsWith('.')) continue
    try {
      const text = await readFile(join(folder, name, FILE), 'utf8')
      if (text.length > RECORD_BYTES_MAX) throw new Error('too long')
      const parsed = record.parse(JSON.parse(text))
      if (parsed.id !== name) throw new Error('lies in a folder of another name')
      records.push(parsed)
    } catch (error) {
      logger.warn('an instance has no readable record', { name, reason: messageOf(error) })
      unreadable.push(name)
    }
  }
  return { records, unreadable }
}
