/**
 * A committee of Simplex, one of whom lies, that loses its quorum, and the admin who overrules it from
 * a copy that is left (docs/adr/0016). Those who are lost may have gone on with the liar, unheard by
 * the others: what they were told then stands, or is told of when they are back.
 */
import { MyceliumError, messageOf } from '../../node-core/base/errors/index.ts'
import {
  createSeededRandom,
  pick,
  type Random,
  shuffle,
} from '../../node-core/base/random/index.ts'
import type { Cast } from './cast.ts'
import { DOOR_LIES } from './door-lies.ts'
import { VOTING_LIES } from './liar.ts'
import type { Machine } from './machine.ts'
import { createWriting, unaccounted } from './recovery-writes.ts'
import type { Outcome } from './simulate.ts'
import { createWorld, type World } from './world.ts'

/** At first; one of them lies. */
const COMMITTEES = [4, 5, 6]
/** Of so many, those who are lost are a quorum with the one that lies. */
const SMALLEST = 4
const LOST = 2
const LOSSES = ['dead', 'unheard', 'conspired'] as const
/** Whoever votes for everything has lost its seat before. */
const LIES = VOTING_LIES.filter((lie) => lie !== 'doubler')
/** Until every answer that may still come has come. Milliseconds. */
const ANSWERED_WITHIN_MS = 7_000
const WRITING_MS = 4_000
/** Of those who went on unheard: leaders that are away take their time. Milliseconds. */
const CONSPIRING_MS = 15_000
/** Until whoever has no quorum says so, and until who comes back has heard of the next era. */
const KNOWN_WITHIN_MS = 60_000
const TRIES_MAX = 20

export async function simulateRecovery(seed: number): Promise<Outcome> {
  const cast = castFor(seed, createSeededRandom(seed + 2))
  const states = new Map<string, string>()
  const failures: string[] = []
  const world = await createWorld({
    ...{ seed, cast },
    onLife(of, machine, { primary }) {
      if (machine.liar) return
      primary.subscribe(() => {
        of.clock.timer(0, () => {
          if (machine.life?.primary === primary) look(of, machine, states, failures)
        })
      })
    },
  })
  try {
    await run(world, failures)
  } catch (error) {
    failures.push(error instanceof Error ? (error.stack ?? '') : messageOf(error))
  }
  const counts = { ...world.links.counts, ...world.counts }
  const log = world.honest.flatMap(({ name, life }) =>
    (life?.log ?? []).slice(-10).map((line) => `${name} ${JSON.stringify(line)}`),
  )
  return { seed, failures, trace: world.trace(), counts, log }
}

function castFor(seed: number, random: Random): Cast {
  const voters = COMMITTEES[seed % COMMITTEES.length] ?? 4
  const lie = LIES[seed % LIES.length] ?? 'twins'
  const door = pick(random, DOOR_LIES) ?? 'silent'
  return {
    ...{ engine: 'simplex', voters, founders: voters, machines: voters + 1 },
    ...{ fills: false, mixed: false, overrun: false, votes: false, leaseReads: false },
    liars: new Map([[random.int(voters), { lie, door }]]),
    compaction: seed % 4 === 0 ? { bytes: 16_384, keptBytes: 2_048 } : undefined,
  }
}

/** Those who vote have one state at each height of an era. */
function look(of: World, machine: Machine, states: Map<string, string>, failures: string[]): void {
  const { primary } = machine.life ?? {}
  const { height = 0, role, era } = primary?.status() ?? {}
  const view = primary?.view()
  // Who still learns may read what it followed, which is ahead of its own log.
  const votes = role === 'voter' || role === 'leader'
  if (!view || height === 0 || !votes || failures.length > 0) return
  const place = `era ${era} at ${height}`
  const state = `${view.revision} ${view.timeMs} ${view.voters} ${JSON.stringify(view.seats())}`
  const known = states.get(place) ?? state
  if (!states.has(place)) of.note(`${machine.name}, ${place}: ${state}`)
  states.set(place, known)
  if (known !== state) failures.push(`${machine.name}, ${place}: ${state}; another: ${known}`)
}

async function run(world: World, failures: string[]): Promise<void> {
  const { random, links, honest } = world
  const writing = createWriting(world)
  for (const machine of world.machines) machine.start()
  await world.until(() => inForce(honest).length === honest.length, KNOWN_WITHIN_MS)
  Object.assign(links.faults, { dropRate: 0.05, duplicateRate: 0.05, delayMsMax: 50 })
  writing.start()
  await world.advance(WRITING_MS)
  const { voters, size } = committeeOf(world)
  const [gone, left] = parted(shuffle(random, voters))
  if (left.length === 0) {
    // As many honest voters as are to be lost: the liar alone cannot be gone on with.
    world.count('recovery: nobody left')
    return
  }
  await lose(world, gone)
  // Of those who went on unheard some may have gone down to it meanwhile.
  const isSmallest = [size, committeeOf(world).size].includes(SMALLEST)
  if (!(await world.until(() => inForce(left).length === 0, KNOWN_WITHIN_MS))) {
    // One of them was on its way out of the committee.
    world.count('recovery: not needed')
    return
  }
  const admin = await overrule(world, left)
  await world.advance(WRITING_MS)
  links.mendAll()
  for (const machine of gone) machine.start()
  const eraOf = ({ life }: Machine): number => life?.primary.status().era ?? 0
  await world.until(() => world.honest.every((machine) => eraOf(machine) === 1), KNOWN_WITHIN_MS)
  await world.advance(WRITING_MS)
  writing.stop()
  await world.advance(ANSWERED_WITHIN_MS)
  for (const { name, life } of world.honest) {
    if (life?.primary.status().era !== 1) failures.push(`${name} has not heard of the next era`)
    const reports = life?.primary.recovery.reports() ?? []
    if (reports.some(({ altered }) => altered)) failures.push(`${name} sees another past`)
  }
  // Who does not vote any more may be behind what was acknowledged last.
  const heightOf = ({ life }: Machine): number => life?.primary.status().height ?? 0
  const isFurthest = () => world.honest.every((machine) => heightOf(machine) <= heightOf(admin))
  await world.until(isFurthest, KNOWN_WITHIN_MS)
  failures.push(...unaccounted(world, admin, writing.acknowledged, isSmallest))
}

/** Their power fails, or nobody hears them any more; for a while the liar may, and go on with them. */
async function lose(world: World, gone: readonly Machine[]): Promise<void> {
  const { random, machines } = world
  const how = pick(random, LOSSES) ?? 'dead'
  world.count(`recovery: from the ${how}`)
  if (how === 'dead') {
    for (const machine of gone) machine.die('powerLoss')
    return
  }
  const others = machines.filter((machine) => !gone.includes(machine))
  const cutFrom = (from: readonly Machine[]): void => {
    for (const one of gone) for (const other of from) cutOff(world, one, other)
  }
  if (how === 'conspired') {
    cutFrom(others.filter(({ liar }) => !liar))
    await world.advance(CONSPIRING_MS)
  }
  cutFrom(others)
}

/** Who votes, of the honest, and how many do in all: a committee comes to the sizes of ADR 17. */
function committeeOf({ honest }: World): { voters: Machine[]; size: number } {
  const told = honest.flatMap(({ life }) => life?.primary.status().committee ?? [])
  const latest = told.reduce((one, other) => (other.term > one.term ? other : one))
  const voters = honest.filter(({ id }) => latest.voters.includes(id))
  return { voters, size: latest.voters.length }
}

const parted = (machines: readonly Machine[]) =>
  [machines.slice(0, LOST), machines.slice(LOST)] as const
const inForce = (machines: readonly Machine[]) =>
  machines.filter(({ life }) => life?.primary.status().inForce)

function cutOff({ links }: World, one: Machine, other: Machine): void {
  links.cut(one.id, other.id)
  links.cut(other.id, one.id)
}

/** As a person would: on the latest of the honest, and though the liar shows a later one. */
async function overrule(world: World, left: readonly Machine[]): Promise<Machine> {
  let on = left[0] as Machine
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const plan = await heard(world, on.life?.primary.recovery.plan())
    const later = left.find(({ id }) => plan?.later.includes(id))
    if (plan && plan.later.length > 0) world.count(`recovery: later ${later ? 'honest' : 'liar'}`)
    if (plan && plan.unproven.length > 0) world.count('recovery: unproven')
    if (!plan) on = left[tries % left.length] ?? on
    else if (later) on = later
    else if (await heard(world, on.life?.primary.recovery.recover({ anyway: true }))) {
      world.note(`${on.name} overrules`)
      return on
    }
    await world.advance(500)
  }
  throw new Error('The committee cannot be overruled.')
}

/** Undefined of what failed, or did not end. */
async function heard<T>(world: World, asked: Promise<T> | undefined): Promise<T | undefined> {
  let answer: { value?: T } | undefined
  asked?.then(
    (value) => {
      answer = { value }
    },
    (error: unknown) => {
      world.count(`recovery: ${isCoded(error) ? error.code : messageOf(error)}`)
      answer = {}
    },
  )
  await world.until(() => answer !== undefined, KNOWN_WITHIN_MS)
  return answer?.value
}

const isCoded = (error: unknown): error is MyceliumError => error instanceof MyceliumError
