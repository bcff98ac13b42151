/** Who ran which commands inside instances of this node: lines of JSON in files of bounded size. */
import { z } from 'zod'
import type { AppendFile, Disk } from '../../base/disk/index.ts'
import { AUDIT_BYTES_MAX, AUDIT_OF_ONE_BYTES_MAX, AUDIT_OWNERS_MAX } from './limits.ts'

const entry = z.object({
  /** ISO 8601. */
  at: z.string(),
  what: z.enum(['began', 'ended', 'refused']),
  /** The same for the beginning and the end of one command. */
  command: z.string(),
  owner: z.string(),
  /** The node it was asked for on. */
  from: z.string(),
  workload: z.string(),
  instance: z.string(),
  part: z.string().optional(),
  /** The first word, and how many came behind it: those may be passwords. */
  program: z.string(),
  words: z.number().int(),
  terminal: z.boolean(),
  exitCode: z.number().int().optional(),
  /** Why it was refused, or broke off. */
  reason: z.string().optional(),
})
export type AuditEntry = z.infer<typeof entry>

export interface Audit {
  /** On disk when it resolves. Throws when it could not be written. */
  note(entry: AuditEntry): Promise<void>
  /** The last ones, in order. */
  list(count: number): Promise<AuditEntry[]>
  close(): Promise<void>
}

type AuditDisk = Pick<Disk, 'list' | 'read' | 'remove' | 'openAppend'>

export function createAudit(disk: AuditDisk): Audit {
  // Apart, so that whoever is refused, however often, pushes out nothing that was run.
  const refused = createBook(disk, 'audit/refused', AUDIT_BYTES_MAX)
  // Of owners that come when all books are taken, and of what earlier releases wrote.
  const shared = createBook(disk, 'audit', AUDIT_BYTES_MAX)
  // A book for each owner, so that nobody pushes out what another has run.
  const own = new Map<string, Audit>()
  let found: Promise<void> | undefined

  async function find(): Promise<void> {
    for (const name of await disk.list(OWNERS_FOLDER)) open(name)
  }

  function open(name: string): Audit {
    const book = createBook(disk, `${OWNERS_FOLDER}/${name}`, AUDIT_OF_ONE_BYTES_MAX)
    own.set(name, book)
    return book
  }

  async function books(): Promise<Audit[]> {
    found ??= find()
    await found.catch((error: unknown) => {
      found = undefined
      throw error
    })
    return [...own.values(), shared, refused]
  }

  async function bookOf({ what, owner }: AuditEntry): Promise<Audit> {
    if (what === 'refused') return refused
    await books()
    const name = Buffer.from(owner).toString('hex')
    // No book makes room for a new one: whoever had many owners would push out what they keep.
    return own.get(name) ?? (own.size < AUDIT_OWNERS_MAX ? open(name) : shared)
  }

  return {
    note: async (noted) => (await bookOf(noted)).note(noted),
    async list(count) {
      const all: AuditEntry[] = []
      for (const book of await books()) all.push(...(await book.list(count)))
      const byTime = all.toSorted((a, b) => Number(a.at > b.at) - Number(a.at < b.at))
      return count === 0 ? [] : byTime.slice(-count)
    },
    async close() {
      for (const book of [...own.values(), shared, refused]) await book.close()
    },
  }
}

const OWNERS_FOLDER = 'audit/owners'

function createBook(disk: AuditDisk, folder: string, bytesMax: number): Audit {
  let open: { file: AppendFile; number: number } | undefined
  /** Half a line may stand at the end: after a failure, and after the end of an earlier life. */
  let torn = true
  let queue: Promise<unknown> = Promise.resolve()

  function inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = queue.then(task)
    queue = done.catch(() => {})
    return done
  }

  async function numbers(): Promise<number[]> {
    const names = await disk.list(folder)
    return names.flatMap((name) => (/^\d{6}\.jsonl$/.test(name) ? [Number(name.slice(0, 6))] : []))
  }

  async function writable(): Promise<AppendFile> {
    if (open && open.file.sizeBytes < bytesMax) return open.file
    const all = await numbers()
    const last = open?.number ?? all.at(-1) ?? 1
    const number = open ? last + 1 : last
    await open?.file.close()
    open = undefined
    const file = await disk.openAppend(pathOf(folder, number))
    open = { file, number }
    for (const old of all) if (old < number - 1) await disk.remove(pathOf(folder, old))
    return file.sizeBytes < bytesMax ? file : writable()
  }

  return {
    note: (noted) =>
      inTurn(async () => {
        const line = `${torn ? '\n' : ''}${JSON.stringify(noted)}\n`
        try {
          await (await writable()).appendSynced(Buffer.from(line))
          torn = false
        } catch (error) {
          torn = true
          await open?.file.close().catch(() => {})
          open = undefined
          throw error
        }
      }),
    list: (count) =>
      inTurn(async () => {
        const texts = await Promise.all(
          (await numbers()).map((one) => disk.read(pathOf(folder, one))),
        )
        const lines = texts.flatMap((bytes) =>
          Buffer.from(bytes ?? [])
            .toString('utf8')
            .split('\n'),
        )
        return count === 0 ? [] : lines.flatMap((line) => parseEntry(line) ?? []).slice(-count)
      }),
    close: () =>
      inTurn(async () => {
        await open?.file.close()
        open = undefined
      }),
  }
}

function pathOf(folder: string, number: number): string {
  return `${folder}/${String(number).padStart(6, '0')}.jsonl`
}

function parseEntry(line: string): AuditEntry | undefined {
  try {
    return entry.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}
