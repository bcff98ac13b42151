/** The committee of a seed, brought to its size before anything strikes. */
import type { World } from './world.ts'

const IN_FORCE_WITHIN_MS = 20_000
const LET_IN_WITHIN_MS = 30_000
const AGAIN_AFTER_MS = 500
const KNOWN_WITHIN_MS = 20_000

/** What is not as it was meant to be. */
export async function formCommittee(world: World): Promise<string[]> {
  const { computers, voters, consensus } = world
  const status = () => computers[0]?.life?.primary.status()
  if (!(await world.until(() => status()?.inForce === true, IN_FORCE_WITHIN_MS))) {
    return ['nobody leads']
  }
  for (const { id } of consensus === 'raft' ? computers.slice(1, voters) : []) {
    const isIn = (): boolean => status()?.committee?.voters.includes(id) ?? false
    const ask = async (): Promise<void> => {
      if (isIn()) return
      await computers[0]?.life?.primary.change('promote', id).catch(() => {})
      await world.sleep(AGAIN_AFTER_MS)
      return ask()
    }
    void ask()
    if (!(await world.until(isIn, LET_IN_WITHIN_MS))) return ['somebody is not let in']
  }
  const isKnown = (): boolean =>
    computers.every(({ life }) => {
      const view = life?.primary.view()
      return computers.every(({ id }) => view?.node(id) !== undefined)
    })
  return (await world.until(isKnown, KNOWN_WITHIN_MS)) ? [] : ['somebody is not registered']
}
