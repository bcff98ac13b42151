/** How a lying member answers those who ask it, at whichever door. */
import { decode, encode, type Plain } from '../../node-core/base/codec/index.ts'
import type { RequestHandler } from '../../node-core/base/net/index.ts'
import type { Random } from '../../node-core/base/random/index.ts'

export const DOOR_LIES = ['silent', 'inventor', 'bender', 'repeater', 'refuser'] as const
export type DoorLieName = (typeof DOOR_LIES)[number]

/** The same door, as the liar keeps it. */
export type DoorLie = (protocol: string, honest: RequestHandler) => RequestHandler

const LIE_RATE = 0.7

export function createDoorLie(
  name: DoorLieName,
  random: Random,
  lied: (how: string) => void,
): DoorLie {
  const told = new Map<string, Uint8Array>()

  async function lie(protocol: string, body: Uint8Array, honest: () => Promise<Uint8Array>) {
    switch (name) {
      case 'silent':
        return new Promise<Uint8Array>(() => {})
      case 'inventor':
        return (protocol.startsWith('registry/') && invented(body)) || honest()
      case 'bender': {
        const answer = Uint8Array.from(await honest())
        if (answer.byteLength > 0) answer[random.int(answer.byteLength)] = random.int(256)
        return answer
      }
      case 'repeater': {
        // What it would have told when nothing had been written.
        if (asked(body).kind === 'changes') return answered({ events: [], next: 1 })
        const old = told.get(kindOf(protocol, body))
        return old ?? honest()
      }
      case 'refuser':
        return encode({ ok: false, code: 'REVISION_MISMATCH', message: 'It is not so.' })
    }
  }

  return (protocol, handler) => async (body, peer) => {
    const honest = async (): Promise<Uint8Array> => {
      const answer = await handler(body, peer)
      const kind = kindOf(protocol, body)
      if (!told.has(kind)) told.set(kind, answer)
      return answer
    }
    if (random.float() > LIE_RATE) return honest()
    lied(`door: ${name}`)
    return lie(protocol, body, honest)
  }
}

type Asked = { kind?: string; from?: number; query?: { what?: string; key?: string } }

function asked(body: Uint8Array): Asked {
  try {
    return decode(body) as Asked
  } catch {
    return {}
  }
}

function kindOf(protocol: string, body: Uint8Array): string {
  const { kind, query } = asked(body)
  return `${protocol} ${kind} ${query?.what} ${query?.key}`
}

/** What nobody wrote, and what nobody did. Undefined for questions that it has no answer to. */
function invented(body: Uint8Array): Uint8Array | undefined {
  const { kind, from = 1, query = {} } = asked(body)
  const key = query.key ?? 'sim/load/x'
  const value = new Uint8Array(Buffer.from('invented'))
  const made = { key, value, lease: null, createRevision: 1, modRevision: from, version: 1 }
  switch (kind) {
    case 'submit':
    case 'outcome':
      return answered([{ ok: true, value: { revision: 1 } }])
    case 'changes':
      return answered({ events: [{ revision: from, key, row: made }], next: from + 1 })
    case 'query':
      return query.what === 'key' ? answered({ revision: 1_000_000, row: made }) : undefined
    default:
      return undefined
  }
}

const answered = (value: Plain): Uint8Array => encode({ ok: true, value })
