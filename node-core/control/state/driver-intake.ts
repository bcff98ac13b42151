/** Checks what peers send: form, credential, signature. Nothing unchecked reaches the map. */
import { type Clock, sleep } from '../../base/clock/index.ts'
import type { NodeId, Verdict } from '../../base/net/index.ts'
import type { NetworkId } from '../../identity/index.ts'
import type { CredentialShelf } from './credentials.ts'
import { VERIFY_SLICE } from './limits.ts'
import type { Range } from './messages.ts'
import {
  hashOf,
  parseRecord,
  type SignedRecord,
  type UnverifiedRecord,
  type Verify,
  verifyRecord,
} from './record.ts'
import type { StateMap } from './state-map.ts'

export interface Intake {
  /** accept: all hold. ignore: a credential is not known here. reject: no honest node sends it. */
  open(bytes: readonly Uint8Array[]): { records: SignedRecord[]; verdict: Verdict }
  /** The same for a delta, with pauses; `undefined` in place of `records` for a reject. */
  openRanges(ranges: readonly Range[]): Promise<OpenRange[] | undefined>
  verifyAll(records: readonly UnverifiedRecord[]): Promise<SignedRecord[]>
}

export interface OpenRange {
  range: Range
  records: SignedRecord[]
  /** False when a credential is missing: the mark must not pass what could not be checked. */
  whole: boolean
}

export interface IntakeDeps {
  map: StateMap
  credentials: CredentialShelf
  network: NetworkId
  verify: Verify
  clock: Clock
}

export function createIntake(deps: IntakeDeps): Intake {
  const { map, credentials, network, verify, clock } = deps

  function check(record: UnverifiedRecord): SignedRecord | Verdict {
    const held = map.get(record.key)
    if (held && held.id === hashOf(record.bytes)) return held
    const author = credentials.get(record.credential)
    if (!author) return 'ignore'
    return verifyRecord(record, author.member, network, verify) ?? 'reject'
  }

  async function openRange(
    range: Range,
    pause: () => Promise<void>,
  ): Promise<OpenRange | undefined> {
    const opened: OpenRange = { range, records: [], whole: true }
    for (const bytes of [...range.records, ...(range.head ? [range.head] : [])]) {
      await pause()
      const record = parseRecord(bytes)
      if (!record || !belongs(record, range.author)) return undefined
      const checked = check(record)
      if (checked === 'reject') return undefined
      if (typeof checked === 'string') opened.whole = false
      else opened.records.push(checked)
    }
    return opened
  }

  /** Signatures cost a tenth of a millisecond each, and the same thread serves the window. */
  function pauseNowAndThen(): () => Promise<void> {
    let checked = 0
    return async () => {
      if (++checked % VERIFY_SLICE === 0) await sleep(clock, 0)
    }
  }

  return {
    open(messages) {
      const records: SignedRecord[] = []
      let verdict: Verdict = 'accept'
      for (const bytes of messages) {
        const record = parseRecord(bytes)
        const checked = record ? check(record) : 'reject'
        if (checked === 'reject') return { records: [], verdict: 'reject' }
        if (typeof checked === 'string') verdict = 'ignore'
        else records.push(checked)
      }
      return { records, verdict }
    },
    async openRanges(ranges) {
      const pause = pauseNowAndThen()
      const opened: OpenRange[] = []
      for (const range of ranges) {
        const next = await openRange(range, pause)
        if (!next) return undefined
        opened.push(next)
      }
      return opened
    },
    async verifyAll(records) {
      const pause = pauseNowAndThen()
      const verified: SignedRecord[] = []
      for (const record of records) {
        await pause()
        const checked = check(record)
        if (typeof checked === 'object') verified.push(checked)
      }
      return verified
    },
  }
}

const belongs = (record: UnverifiedRecord, author: NodeId): boolean => record.author === author
