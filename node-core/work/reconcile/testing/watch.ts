/** A membership that is simple: whoever cannot be reached for a while is silent. */
import type { SimClock } from '../../../base/clock/index.ts'
import type { NodeId } from '../../../base/net/index.ts'
import type { Liveness, Member, Membership } from '../../../network/membership/index.ts'

const SUSPECT_AFTER_MS = 1_000
const DEAD_AFTER_MS = 2_500

export interface Watched {
  readonly id: NodeId
  /** Undefined before its first start. */
  readonly map: unknown
  readonly facts: Pick<Member, 'cordoned' | 'draining' | 'asleep'> & {
    left: boolean
    kinds: string[]
  }
}

export interface Around {
  clock: SimClock
  nodes: readonly Watched[]
  reach(from: NodeId): NodeId[]
}

/** Tells who is silent by who can be reached, after a while. */
export function createWatch(node: Watched, around: Around, lives: () => boolean): Membership {
  const { clock, nodes } = around
  const lastSeenMs = new Map<NodeId, number>()
  const told = new Map<NodeId, string>()
  const listeners = new Set<(member: Member, previous: Liveness | undefined) => void>()

  const livenessOf = (other: Watched): Liveness => {
    if (other.facts.left) return 'left'
    if (other.id === node.id) return 'alive'
    // Whoever has just come up takes those it remembers for dead until it hears of them.
    const silentMs = clock.monotonicMs() - (lastSeenMs.get(other.id) ?? Number.NEGATIVE_INFINITY)
    if (silentMs < SUSPECT_AFTER_MS) return 'alive'
    return silentMs < DEAD_AFTER_MS ? 'suspect' : 'dead'
  }
  const member = (other: Watched): Member => ({
    id: other.id,
    owner: 'f'.repeat(64) as Member['owner'],
    ownerName: 'somebody',
    profile: {
      name: other.id.slice(-2),
      role: 'rhizomorph',
      version: '0',
      addresses: [],
      labels: {},
      kinds: other.facts.kinds,
      capacity: { cpuMillis: 4_000, memoryBytes: 2 ** 34, diskBytes: 2 ** 40 },
    },
    liveness: livenessOf(other),
    cordoned: other.facts.cordoned,
    draining: other.facts.draining,
    ...(other.facts.asleep && { asleep: other.facts.asleep }),
    sinceMs: 0,
  })
  const list = (): Member[] => nodes.filter(({ map }) => map !== undefined).map(member)
  const look = (): void => {
    if (!lives()) return
    for (const id of around.reach(node.id)) lastSeenMs.set(id, clock.monotonicMs())
    for (const one of list()) {
      const now = JSON.stringify(one)
      if (told.get(one.id) === now) continue
      told.set(one.id, now)
      for (const listener of listeners) listener(one, undefined)
    }
    clock.timer(100, look)
  }
  // The state hears of others sooner than the membership believes that they are there.
  clock.timer(1_000, look)
  return {
    self: node.id,
    get: (id) => list().find((one) => one.id === id),
    list,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    refused: () => [],
    async announce({ kinds }) {
      if (kinds) node.facts.kinds = kinds
    },
    async leave() {
      node.facts.left = true
    },
    async sleep(word = {}) {
      node.facts.asleep = { since: new Date(clock.wallMs()).toISOString(), ...word }
    },
    async wake() {
      delete node.facts.asleep
    },
    isCrowded: () => false,
    selfDoubt: 0,
    async start() {},
    async stop() {},
  }
}
