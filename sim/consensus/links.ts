/** What lies between the machines: every directed link loses, doubles, reorders and delays. */
import type { Random } from '../../node-core/base/random/index.ts'
import type { Events } from './events.ts'

export interface Weather {
  dropRate: number
  duplicateRate: number
  /** How many messages take up to `SLOW_MS_MAX`. */
  slowRate: number
  /** Of all others. */
  delayMsMax: number
}

/** What an adversary who sees every message lets become of one; a number delays it so many ms. */
export type Passage = 'passes' | 'lost' | number
export type Sieve = (from: number, to: number, message: Uint8Array) => Passage

export interface Links {
  readonly weather: Weather
  readonly counts: Record<string, number>
  /** One direction. */
  cut(from: number, to: number): void
  mendAll(): void
  isWhole(): boolean
  /** Every message that no cut stops goes through it; undefined: nobody interferes. */
  sieve: Sieve | undefined
  /** Nothing is lost or late any more. */
  calm(): void
  /** Says `unreachable` where the sender can tell. */
  send(from: number, to: number, message: Uint8Array): 'sent' | 'unreachable'
}

export interface LinksDeps {
  events: Events
  random: Random
  deliver: (from: number, to: number, message: Uint8Array) => void
}

const CALM: Weather = { dropRate: 0, duplicateRate: 0, slowRate: 0, delayMsMax: 4 }
const SLOW_MS_MAX = 10_000

export function createLinks({ events, random, deliver }: LinksDeps): Links {
  const weather = { ...CALM }
  const counts: Record<string, number> = {}
  const cuts = new Set<string>()
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }

  function carry(from: number, to: number, message: Uint8Array, heldMs = 0): void {
    const slow = random.float() < weather.slowRate
    if (slow) count('delayed')
    const delayMs = heldMs + 1 + random.int(slow ? SLOW_MS_MAX : weather.delayMsMax)
    events.at(events.nowMs() + delayMs, () => deliver(from, to, message))
  }

  const links: Links = {
    weather,
    counts,
    sieve: undefined,
    cut(from, to) {
      cuts.add(`${from}>${to}`)
    },
    mendAll: () => cuts.clear(),
    isWhole: () => cuts.size === 0,
    calm: () => void Object.assign(weather, CALM),
    send(from, to, message) {
      if (cuts.has(`${from}>${to}`)) {
        count('cut')
        // A connection that is gone is noticed; a one-way loss in silence is not.
        return cuts.has(`${to}>${from}`) ? 'unreachable' : 'sent'
      }
      const passage = links.sieve?.(from, to, message) ?? 'passes'
      if (passage === 'lost') {
        count('sieved')
        return 'sent'
      }
      count('carried')
      if (random.float() < weather.dropRate) {
        count('dropped')
        return 'sent'
      }
      carry(from, to, message, passage === 'passes' ? 0 : passage)
      if (random.float() < weather.duplicateRate) {
        count('duplicated')
        carry(from, to, message)
      }
      return 'sent'
    },
  }
  return links
}
