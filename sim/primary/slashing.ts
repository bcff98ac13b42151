/**
 * What becomes of liars once all is well: a lie that is proven is judged by the registry, its author's
 * trust falls, and the committee goes on without it (docs/adr/0012).
 */
import { TRUST_SEATED_MIN } from '../../node-core/control/registry/index.ts'
import type { Invariants } from './invariants.ts'
import type { Machine } from './machine.ts'
import type { World } from './world.ts'

/** Views that others lead, and the committee that follows. Milliseconds. */
const JUDGED_WITHIN_MS = 60_000

/** Waits for it. What does not come to pass. Who never lies in a way that is proven stays. */
export async function judgeLiars(world: World): Promise<string[]> {
  const caught = world.machines.filter(({ liar }) => liar?.lie === 'doubler')
  await world.until(() => caught.every((liar) => isOut(world, liar)), JUDGED_WITHIN_MS)
  for (const liar of world.machines) {
    if (liar.liar && isOut(world, liar)) world.count(`slashed: ${liar.liar.lie}`)
  }
  return caught.filter((liar) => !isOut(world, liar)).map(({ name }) => `${name} votes still`)
}

/** For every honest node. */
function isOut({ honest }: World, { id }: Machine): boolean {
  return honest.every(({ life }) => {
    const view = life?.primary.view()
    const voters = life?.primary.status().committee?.voters ?? []
    return view !== undefined && view.seat(id).trust < TRUST_SEATED_MIN && !voters.includes(id)
  })
}

/** With more liars than are borne: no honest node is left to believe that agreement is promised. */
export function judgePromise(world: World, { failures, voids }: Invariants): string[] {
  const areCaught = [...world.cast.liars.values()].every(({ lie }) => lie === 'doubler')
  if (voids.size > 0) world.count('said: void')
  if (failures.length > 0) world.count('parted')
  if (voids.size > 0 || (failures.length === 0 && !areCaught)) return []
  return ['nobody says that nothing is promised any more', ...failures]
}
