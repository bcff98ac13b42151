/** The space of this computer that the network has, and freeing what nobody uses of it. */
import type { Command } from 'commander'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { bytes } from '../text/format.ts'
import { table } from '../text/table.ts'
import { ANY_NODE } from './left-data.ts'

type Space = Outputs['space']['show']
type Stayed = Outputs['space']['reclaim']['stayed']

const USES = {
  workload: 'a workload or a step back needs it',
  transfer: 'on its way, or used a moment ago',
  keeper: 'published: kept for all members',
  unknown: 'not known now',
} as const

const KINDS = {
  bundle: 'bundle',
  image: 'image',
  layer: 'copy of a layer',
  leftover: 'part of a transfer',
} as const

export function reclaimCommand(program: Command, act: Act): void {
  program
    .command('reclaim')
    .summary('free space that nobody uses')
    .description(
      'Says how much of what this computer keeps for the network nobody uses, and frees it: bundles, ' +
        'images that it fetched, copies of their layers, parts of transfers. What a workload or a step ' +
        'back needs stays, and so does every image that you brought to the engine yourself. In no network ' +
        'nothing is needed of what was fetched for those that this computer has left.',
    )
    .option('--dry-run', 'say what is kept and why, and free nothing')
    .addHelpText('after', '\nExample:\n  mycelium reclaim --dry-run')
    .action(
      act(async (context, _: string[], { dryRun = false }: { dryRun?: boolean }) => {
        const node = await context.node(ANY_NODE)
        const space = await node.call.space.show()
        if (dryRun) return context.answer(space, () => describe(space))
        context.notice(`${bytes(space.reclaimableBytes)} can be freed.`)
        const answer = await node.call.space.reclaim()
        context.answer(answer, () => outcome(answer, space.reclaimableBytes))
      }),
    )
}

/** @param expectedBytes What it was told before that can be freed. */
function outcome(
  { freedBytes, dropped: { length: count }, stayed }: Outputs['space']['reclaim'],
  expectedBytes: number,
): string {
  if (expectedBytes === 0 && count === 0 && stayed.length === 0) {
    return 'Nothing was freed: all that is kept is in use, or published (mycelium bundle list).'
  }
  const freed = `${bytes(freedBytes)} freed, of ${things(count)}.`
  const left = expectedBytes - freedBytes
  if (stayed.length > 0) return [freed, ...staying(stayed)].join('\n')
  return left > 0 ? `${freed} ${bytes(left)} stays: it came into use meanwhile.` : freed
}

/** Each cause once, with what it holds. */
function staying(stayed: Stayed): string[] {
  const byCause = Map.groupBy(stayed, ({ reason, message }) => {
    return reason === 'in-use' ? IN_USE : (message ?? 'no reason was given')
  })
  const lines = [...byCause].map(([cause, those]) => {
    const size = bytes(those.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    const names = those.map(({ name, id }) => name ?? id.slice(0, 19))
    const more = names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : ''
    return `${size} stays (${names.slice(0, NAMED_MAX).join(', ')}${more}): ${cause}`
  })
  const isUnknown = stayed.some(({ reason }) => reason === 'failed')
  return isUnknown ? [...lines, 'What is still there: mycelium reclaim --dry-run'] : lines
}

const IN_USE = 'a container or another image is made of it.'
/** Of what stays for one cause, so many are named. */
const NAMED_MAX = 3

function things(count: number): string {
  return `${count} ${count === 1 ? 'thing' : 'things'}`
}

function describe({ kept, usedBytes, budgetBytes, reclaimableBytes }: Space): string {
  const total = `${bytes(usedBytes)} of ${bytes(budgetBytes)} kept, ${bytes(reclaimableBytes)} can be freed.`
  if (kept.length === 0) return total
  const rows = kept.map(({ kind, id, name, sizeBytes, use }) => {
    return [
      KINDS[kind],
      name ?? id.slice(0, 19),
      bytes(sizeBytes),
      use ? USES[use] : 'nobody uses it',
    ]
  })
  return `${table(['KIND', 'WHAT', 'SIZE', 'WHY IT STAYS'], rows)}\n${total}`
}
