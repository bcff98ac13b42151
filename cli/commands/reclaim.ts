/** The space of this computer that the network has, and freeing what nobody uses of it. */
import type { Command } from 'commander'
import type { Outputs } from '../node-client.ts'
import type { Act } from '../run.ts'
import { bytes } from '../text/format.ts'
import { table } from '../text/table.ts'

type Space = Outputs['space']['show']

const USES = {
  workload: 'a workload or a step back needs it',
  transfer: 'on its way, or used a moment ago',
  keeper: 'kept for all members',
  unknown: 'not known now',
} as const

export function reclaimCommand(program: Command, act: Act): void {
  program
    .command('reclaim')
    .summary('free space that nobody uses')
    .description(
      'Says how much of what this computer keeps for the network nobody uses, and frees it: bundles, ' +
        'images that it fetched, copies of their layers, parts of transfers. What a workload or a step ' +
        'back needs stays, and so does every image that you brought to the engine yourself.',
    )
    .option('--dry-run', 'say what is kept and why, and free nothing')
    .addHelpText('after', '\nExample:\n  mycelium reclaim --dry-run')
    .action(
      act(async (context, _: string[], { dryRun = false }: { dryRun?: boolean }) => {
        const node = await context.node()
        const space = await node.call.space.show()
        if (dryRun) return context.answer(space, () => describe(space))
        context.notice(`${bytes(space.reclaimableBytes)} can be freed.`)
        const answer = await node.call.space.reclaim()
        const count = answer.dropped.length
        context.answer(answer, () =>
          count === 0
            ? 'Nothing was freed: all that is kept is in use.'
            : `${bytes(answer.freedBytes)} freed, of ${count} ${count === 1 ? 'thing' : 'things'}.`,
        )
      }),
    )
}

function describe({ kept, usedBytes, budgetBytes, reclaimableBytes }: Space): string {
  const total = `${bytes(usedBytes)} of ${bytes(budgetBytes)} kept, ${bytes(reclaimableBytes)} can be freed.`
  if (kept.length === 0) return total
  const rows = kept.map(({ kind, id, name, sizeBytes, use }) => {
    return [kind, name ?? id.slice(0, 19), bytes(sizeBytes), use ? USES[use] : 'nobody uses it']
  })
  return `${table(['KIND', 'WHAT', 'SIZE', 'WHY IT STAYS'], rows)}\n${total}`
}
