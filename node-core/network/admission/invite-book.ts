/**
 * The invites this node made and who has used them, in `invites.cbor`. A use is on disk before the
 * newcomer hears that it is in, so no crash lets one more in than the invite allows. An owner that
 * asks again with the same invite has used it once.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { decode, encode, equalBytes } from '../../base/codec/index.ts'
import type { Disk } from '../../base/disk/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import type { AdmissionErrorCode } from './index.ts'
import { INVITES_KEPT_MAX } from './limits.ts'

export interface InviteBook {
  load(nowMs: number): Promise<void>
  /** Throws LIMIT_REACHED. */
  add(invite: { serial: string; uses: number; expiresAtMs: number }, nowMs: number): Promise<void>
  /** Takes one use for the owner. Throws INVITE_NOT_HERE or INVITE_SPENT. */
  use(serial: string, owner: OwnerId): Promise<void>
}

export function createInviteBook(deps: { disk: Disk; logger: Logger }): InviteBook {
  const { disk, logger } = deps
  let open = new Map<string, OpenInvite>()

  /** One change after the other: each begins with what the one before has left on the disk. */
  let turn: Promise<unknown> = Promise.resolve()
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const next = turn.then(act)
    turn = next.catch(() => {})
    return next
  }

  const save = async (next: Map<string, OpenInvite>): Promise<void> => {
    const body = encode({ version: 1, invites: [...next.values()] })
    await disk.writeAtomic(FILE, Buffer.concat([sha256(body), body]))
    // Only what is on disk counts: a failed write leaves the book as it was.
    open = next
  }

  return {
    async load(nowMs) {
      const file = await disk.read(FILE)
      const invites = file && parseBook(file)
      if (file && !invites) {
        // Without the book no invite is honoured, which is safe; the file is kept for a person.
        logger.error('The book of invites is damaged; open invites must be made again.')
        await disk.writeAtomic(`${FILE}.damaged`, file)
      }
      const current = (invites ?? []).filter((invite) => invite.expiresAtMs > nowMs)
      open = new Map(current.map((invite) => [invite.serial, invite]))
    },
    add: ({ serial, uses, expiresAtMs }, nowMs) =>
      inTurn(async () => {
        const next = new Map([...open].filter(([, invite]) => invite.expiresAtMs > nowMs))
        if (next.size >= INVITES_KEPT_MAX) throw refusal('LIMIT_REACHED', 'Too many open invites.')
        await save(next.set(serial, { serial, uses, expiresAtMs, usedBy: [] }))
      }),
    use: (serial, owner) =>
      inTurn(async () => {
        const invite = open.get(serial)
        if (!invite) throw refusal('INVITE_NOT_HERE', 'Another node made this invite.')
        if (invite.usedBy.includes(owner)) return
        if (invite.usedBy.length >= invite.uses) {
          throw refusal('INVITE_SPENT', 'This invite has been used up.')
        }
        const used = { ...invite, usedBy: [...invite.usedBy, owner] }
        await save(new Map(open).set(serial, used))
      }),
  }
}

const FILE = 'invites.cbor'

const INVITE = z.strictObject({
  serial: z.string(),
  uses: z.int().min(1),
  expiresAtMs: z.int(),
  usedBy: z.array(z.string()),
})
type OpenInvite = z.infer<typeof INVITE>
const BOOK = z.strictObject({ version: z.literal(1), invites: z.array(INVITE) })

/** 32 bytes of SHA-256, then the book. Undefined when damaged. */
function parseBook(file: Uint8Array): OpenInvite[] | undefined {
  const body = file.subarray(32)
  if (!equalBytes(sha256(body), file.subarray(0, 32))) return undefined
  const parsed = BOOK.safeParse(decode(body, { bytesMax: body.byteLength }))
  return parsed.success ? parsed.data.invites : undefined
}

function sha256(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest()
}

function refusal(code: AdmissionErrorCode, message: string): MyceliumError<AdmissionErrorCode> {
  return new MyceliumError(code, message)
}
