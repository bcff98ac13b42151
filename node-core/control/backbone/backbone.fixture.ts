/** Nodes as the policy sees them, and a committee that grows, dies and comes back by a seed. */
import type { NodeId } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import type { Members } from '../consensus/index.ts'
import { type BackboneInput, type BackboneNode, type Move, nextMove } from './index.ts'
import { GRACE_MS } from './limits.ts'
import { legalSizes, lossesBorne, quorumOf } from './sizes.ts'

export const id = (name: string): NodeId => name as NodeId
const HOUR_MS = 3_600_000

export function nodeOf(name: string, facts: Partial<BackboneNode> = {}): BackboneNode {
  return {
    ...{
      node: id(name),
      role: 'rhizomorph',
      chosen: undefined,
      isEntrusted: false,
      removed: false,
      repute: 'acceptable',
    },
    ...{ upMs: HOUR_MS, silentMs: 0, stalled: false, site: 'home' },
    ...{ cpuMillis: 4_000, memoryBytes: 8e9 },
    ...facts,
  }
}

interface Body {
  facts: BackboneNode
  isAlive: boolean
  /** It never catches up. */
  isBroken: boolean
  sinceMs: number
  stalledUntilMs: number
  learnedMs: number
}

/** What each step is judged by. Throws with the seed. */
export interface Trial {
  moves: number
  faults: number
  /** The policy has nothing more to do. */
  atRest: boolean
  input: BackboneInput | undefined
}

export function runTrial(seed: number, engine: 'raft' | 'simplex'): Trial {
  const random = createSeededRandom(seed)
  const bodies = new Map<NodeId, Body>()
  let members: Members = { voters: [id('n0')], learners: [] }
  let underway: { move: Move; leftMs: number } | undefined
  let leader: NodeId | undefined = id('n0')
  let nowMs = HOUR_MS
  const trial: Trial = { moves: 0, faults: 0, atRest: false, input: undefined }
  const reputes = ['trusted', 'acceptable', 'doubtful'] as const
  const roles = ['rhizomorph', 'rhizomorph', 'sclerotia', 'hypha'] as const

  function join(): void {
    const name = `n${bodies.size}`
    const first = bodies.size === 0
    bodies.set(id(name), {
      facts: nodeOf(name, {
        role: first ? 'rhizomorph' : (roles[random.int(roles.length)] ?? 'hypha'),
        isEntrusted: first || random.int(6) === 0,
        site: `site ${random.int(3)}`,
        memoryBytes: (1 + random.int(16)) * 1e9,
      }),
      ...{ isAlive: true, isBroken: !first && random.int(12) === 0 },
      ...{ sinceMs: nowMs, stalledUntilMs: 0, learnedMs: 0 },
    })
  }

  function fault(): void {
    trial.faults++
    const all = [...bodies.values()]
    const body = all[random.int(all.length)]
    const what = random.int(10)
    if (!body || (what < 3 && bodies.size < 14)) join()
    else if (what < 8) {
      body.isAlive = !body.isAlive
      body.sinceMs = nowMs
    } else {
      const change = [
        { chosen: 'always' as const },
        { chosen: 'never' as const },
        { chosen: undefined },
        { role: 'hypha' as const },
        { role: 'rhizomorph' as const },
        { removed: random.int(3) === 0 },
        { repute: reputes[random.int(3)] ?? 'acceptable' },
      ][random.int(7)]
      body.facts = { ...body.facts, ...change }
    }
  }

  function facts({ facts, isAlive, sinceMs, stalledUntilMs }: Body): BackboneNode {
    const forMs = nowMs - sinceMs
    return {
      ...facts,
      ...{ upMs: isAlive ? forMs : 0, silentMs: isAlive ? 0 : forMs },
      stalled: stalledUntilMs > nowMs,
    }
  }

  const heardOf = (voters: readonly NodeId[]) => voters.filter((one) => bodies.get(one)?.isAlive)
  const decides = (voters: readonly NodeId[]) =>
    heardOf(voters).length >= quorumOf(engine, voters.length)

  function learn(): void {
    for (const [node, body] of bodies) {
      if (!members.learners.includes(node)) body.learnedMs = 0
      else body.learnedMs += 1_000
      if (body.learnedMs > 15_000 && !isCaughtUp(node)) body.stalledUntilMs = nowMs + 300_000
    }
  }
  function isCaughtUp(node: NodeId): boolean {
    const body = bodies.get(node)
    return !!body && body.isAlive && !body.isBroken && body.learnedMs >= 3_000
  }

  function lead(): void {
    if (!decides(members.voters)) leader = undefined
    else if (!leader || !heardOf(members.voters).includes(leader)) {
      leader = heardOf(members.voters)[random.int(heardOf(members.voters).length)]
    }
  }

  function finish(): void {
    if (!underway) return
    underway.leftMs -= 1_000
    if (underway.leftMs > 0) return
    const { move } = underway
    if (move.kind === 'transfer') {
      if (bodies.get(move.to)?.isAlive) leader = move.to
      // What cannot be committed is lost with its leader, and the next one looks again.
    } else if (decides(members.voters) && decides(move.members.voters)) members = move.members
    underway = undefined
  }

  function turn(): void {
    nowMs += 1_000
    learn()
    finish()
    lead()
    trial.atRest = leader === undefined
    if (!leader) trial.input = undefined
    if (!leader || underway) return
    const nodes = [...bodies.values()].map(facts)
    const caughtUp = new Set(members.learners.filter(isCaughtUp))
    const input: BackboneInput = { engine, self: leader, members, nodes, caughtUp }
    trial.input = input
    const move = nextMove(input)
    trial.atRest = move === undefined
    if (!move) return
    trial.moves++
    judge(input, move)
    underway = { move, leftMs: 1_000 * (1 + random.int(3)) }
  }

  try {
    for (let at = 0; at < 4; at++) join()
    for (let at = 0; at < 600; at++) {
      if (random.int(20) === 0) fault()
      turn()
    }
    // Those that cannot learn would be tried again for ever.
    for (const body of bodies.values()) body.isBroken = false
    for (let at = 0; at < 900; at++) turn()
    return trial
  } catch (error) {
    throw new Error(`Seed ${seed}, ${engine}: ${String(error)}`)
  }
}

/** What must hold of every single move. */
function judge(input: BackboneInput, move: Move): void {
  const { engine, self, members, nodes } = input
  const one = (node: NodeId): BackboneNode | undefined => nodes.find((each) => each.node === node)
  const heard = (voters: readonly NodeId[]) =>
    voters.filter((node) => node === self || one(node)?.silentMs === 0).length
  if (move.kind === 'transfer') {
    check(members.voters.includes(move.to) && one(move.to)?.silentMs === 0, 'led by one who votes')
    return
  }
  const { voters, learners } = move.members
  const came = voters.filter((node) => !members.voters.includes(node))
  const went = members.voters.filter((node) => !voters.includes(node))
  check(
    new Set([...voters, ...learners]).size === voters.length + learners.length,
    'one place each',
  )
  check(heard(voters) >= quorumOf(engine, voters.length), 'those who are heard decide')
  check(voters.includes(self) || engine === 'simplex', 'the leader is not unseated')
  check(
    came.every((node) => input.caughtUp.has(node) && isWilling(one(node))),
    'whoever comes is willing and has learned',
  )
  check(
    came.every((node) => isMeant(one(node)) || one(node)?.repute !== 'doubtful'),
    'nobody doubtful comes but by hand',
  )
  check(
    went.every((node) => {
      const facts = one(node)
      return !facts || !isWilling(facts) || !isMeant(facts) || facts.silentMs >= GRACE_MS
    }),
    'the dedicated stay',
  )
  const unwilling = members.voters.some((node) => !isWilling(one(node)))
  const bears = (of: readonly NodeId[]) => lossesBorne(engine, of.length, heard(of))
  check(unwilling || bears(voters) >= bears(members.voters), 'a move never bears less')
  const isLegal = legalSizes(engine).includes(voters.length)
  const byHand = voters.filter((node) => isMeant(one(node))).length
  const changed = came.length + went.length > 0
  check(
    !changed || isLegal || unwilling || byHand >= voters.length - 1,
    `of a legal size, or by hand: ${voters.length}`,
  )
}

const isWilling = (one: BackboneNode | undefined): boolean =>
  !!one && one.role !== 'hypha' && one.chosen !== 'never' && !one.removed
const isMeant = (one: BackboneNode | undefined): boolean =>
  !!one && (one.chosen === 'always' || (one.role === 'sclerotia' && one.isEntrusted))

function check(holds: boolean | undefined, what: string): void {
  if (!holds) throw new Error(`It does not hold: ${what}.`)
}
