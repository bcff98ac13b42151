/** What must hold once nothing goes wrong any more: everybody agrees, and each slot runs once where it is to. */
import { allRows } from '../../node-core/control/registry/index.ts'
import { slotOf } from '../../node-core/work/spec/index.ts'
import { type Copy, versionOf } from './copies.ts'
import { rowsOf } from './watch.ts'
import type { World } from './world.ts'

export function notWhole(world: World, running: readonly Copy[]): string[] {
  return [...disagreeing(world), ...misplaced(world, running)]
}

function disagreeing({ computers }: World): string[] {
  const heights = computers.map(({ life }) => life?.primary.status().height ?? -1)
  const highest = Math.max(...heights)
  const behind = computers.flatMap(({ name }, at) =>
    heights[at] === highest ? [] : [`${name} has come to ${heights[at]} of ${highest}`],
  )
  if (behind.length > 0) return behind
  const [first, ...others] = computers.map(({ name, life }) => {
    const view = life?.primary.view()
    return { name, rows: view ? rowsOf(view) : '' }
  })
  return others
    .filter(({ rows }) => rows !== first?.rows)
    .map(({ name, rows }) => `${name} holds ${rows}, ${first?.name} ${first?.rows}`)
}

function misplaced({ computers }: World, running: readonly Copy[]): string[] {
  const { primary, desired } = computers[0]?.life ?? {}
  const view = primary?.view()
  if (!view || !desired) return ['n0 has no copy of the registry']
  const wrong: string[] = []
  const wanted = new Map<string, string>()
  for (const { workload } of desired.list()) {
    for (let index = 0; index < workload.replicas; index++) {
      wanted.set(slotOf(workload.name, index), versionOf(workload))
    }
  }
  const assigned = new Map(allRows((page) => view.assignments('', page)))
  for (const { computer, slot, version } of running) {
    if (!wanted.has(slot)) wrong.push(`${computer.name} runs ${slot}, which nobody wants`)
    else if (wanted.get(slot) !== version) wrong.push(`${computer.name} runs ${slot} of ${version}`)
    else if (assigned.get(slot)?.node !== computer.id) {
      wrong.push(`${computer.name} runs ${slot}, which was given to another`)
    }
    if (view.cordon(computer.id)?.draining) wrong.push(`${computer.name} is not empty: ${slot}`)
  }
  for (const [slot] of wanted) {
    const times = running.filter((one) => one.slot === slot).length
    if (times !== 1) wrong.push(`${slot} runs ${times} times`)
  }
  return wrong
}
