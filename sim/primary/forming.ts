/**
 * The committee of a seed, brought to its size before anything strikes. A run says nothing about ten
 * voters unless ten vote, and nothing is promised where more of them lie than that size bears.
 */
import { TRUST_SEATED_MIN } from '../../node-core/control/registry/index.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

/** From one voter to as many as there ought to be: each has to be steady first. Milliseconds. */
const FILLED_WITHIN_MS = 90_000
const IN_FORCE_WITHIN_MS = 20_000
const LED_WITHIN_MS = 20_000
const LET_IN_WITHIN_MS = 60_000
const AGAIN_AFTER_MS = 1_000

/** What is not as it was cast. */
export async function formCommittee(world: World): Promise<string[]> {
  const { voters, fills } = world.cast
  if (fills) {
    const isFilled = (): boolean => votersSeen(world).length >= voters
    if (!(await world.until(isFilled, FILLED_WITHIN_MS))) return ['It does not fill itself.']
    world.count('filled itself')
    return []
  }
  return judgeSize(world, await promoteAll(world))
}

/**
 * By hand, so that nobody is one too many for a committee that fills itself (docs/adr/0017). Who was not
 * let in.
 */
async function promoteAll(world: World): Promise<Machine[]> {
  const { voters, founders, engine } = world.cast
  const [first] = world.honest
  const status = () => first?.life?.primary.status()
  await world.until(() => status()?.inForce === true, IN_FORCE_WITHIN_MS)
  /** As a person would, who asks again when it was not answered in time. */
  const promote = async (machine: Machine): Promise<boolean> => {
    let done = false
    let isGivenUp = false
    const ask = async (): Promise<void> => {
      const asked = first?.life?.primary.change('promote', machine.id)
      done = (await asked?.then(() => true).catch(() => false)) ?? false
      // Not for a liar: by hand, one that was caught would get its seat back.
      if (done || isGivenUp || machine.liar) return
      await world.sleep(AGAIN_AFTER_MS)
      return ask()
    }
    void ask()
    const isIn = await world.until(() => done, LET_IN_WITHIN_MS)
    isGivenUp = true
    return isIn
  }
  const invited = world.machines.slice(0, voters)
  // The founder of a Raft network stays by the policy, so that the policy has something to judge.
  if (engine === 'simplex') await Promise.all(invited.slice(0, founders).map(promote))
  const keptOut: Machine[] = []
  for (const machine of invited.slice(founders)) {
    await world.until(() => engine === 'simplex' || status()?.role === 'leader', LED_WITHIN_MS)
    if (await promote(machine)) continue
    keptOut.push(machine)
    // The next ones might be liars, too many for what there is.
    if (!machine.liar) break
  }
  return keptOut
}

function judgeSize(world: World, keptOut: readonly Machine[]): string[] {
  const { voters, overrun, liars } = world.cast
  const seen = votersSeen(world)
  const seated = world.machines.filter(({ id }) => seen.includes(id))
  const lying = seated.filter(({ liar }) => liar).length
  const told = `${lying} of ${seen.length} lie`
  if (overrun && hasFallenEarly(world, seen.length, lying)) {
    world.count('committee: overrun before it was whole')
    return []
  }
  for (const { liar } of keptOut) if (liar) world.count('liar kept out')
  // Whoever lies from the start and does not answer for itself, or is caught, is nobody's loss.
  const isMissed = (machine: Machine): boolean =>
    !seated.includes(machine) &&
    (overrun || !machine.liar || !(keptOut.includes(machine) || isCaught(world, machine)))
  const missing = world.machines.slice(0, voters).filter(isMissed)
  if (missing.length > 0 || seen.length > voters) {
    const names = missing.map(({ name }) => name).join(', ') || 'nobody'
    return [`the committee of ${voters} is not formed: ${told}, missing: ${names}`]
  }
  world.count(`committee: ${liars.size > 0 ? told : `${seen.length} vote`}`)
  return []
}

/** Twins lie from the start: with one more than is borne nobody need be let in any more. */
function hasFallenEarly({ cast, honest }: World, size: number, lying: number): boolean {
  const areTwins = [...cast.liars.values()].every(({ lie }) => lie === 'twins')
  const isVoid = honest.some(({ life }) => life?.primary.status().guarantee === 'void')
  const isWhole = size === cast.voters && lying === cast.liars.size
  return areTwins && !isWhole && (isVoid || lying > Math.floor((size - 1) / 3))
}

function isCaught({ honest }: World, { id }: Machine): boolean {
  const view = honest[0]?.life?.primary.view()
  return view !== undefined && view.seat(id).trust < TRUST_SEATED_MIN
}

const votersSeen = ({ honest }: World): readonly string[] =>
  honest[0]?.life?.primary.status().committee?.voters ?? []
