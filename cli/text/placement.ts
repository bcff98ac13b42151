/** Where copies are, or would be, and why. */
import type { Outputs } from '../node-client.ts'
import { copyName, copyOfSlot } from './copy-name.ts'
import { type Named, namingAmong } from './names.ts'
import { pairs } from './table.ts'

type Slot = Outputs['workloads']['preview']['slots'][number]

/** One block for each copy: where, and what speaks against the others. */
export function placementText(
  name: string,
  slots: readonly Slot[],
  conditions: Outputs['workloads']['why']['conditions'] = [],
): string {
  const named = namingAmong(slots.flatMap((slot) => [slot, ...slot.refused].flatMap(nodeOf)))
  const blocks = slots.map((slot) => {
    const { index, because, stays, displaces, refused } = slot
    const [nodeName] = nodeOf(slot).map(named)
    const lines = [
      ...(because ? [[`  ${nodeName}`, because.message] as const] : []),
      ...refused.map((each) => {
        return [`  not ${nodeOf(each).map(named).join()}`, each.reason.message] as const
      }),
    ]
    const room = displaces ? `, in the room of ${displaces.map(copyOfSlot).join(', ')}` : ''
    const why = stays ? `, and stays: ${stays.message}` : room
    // Of a job that nothing is due of, nobody was asked for room.
    const none = refused.length === 0 ? 'not to run now' : 'nowhere'
    const where = `${copyName(name, index)}: ${nodeName ?? none}${why}`
    return lines.length === 0 ? where : `${where}\n${pairs(lines)}`
  })
  return [...blocks, ...conditions.map(({ message }) => `! ${message}`)].join('\n')
}

/** None where the copy has no place. */
function nodeOf({ node, nodeName }: Pick<Slot, 'node' | 'nodeName'>): Named[] {
  return nodeName === undefined ? [] : [{ id: node ?? '', name: nodeName }]
}
