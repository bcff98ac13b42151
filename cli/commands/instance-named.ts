/** `--instance` takes an instance by its id, or by the name of its copy, as everything shows it. */
import type { NodeClient } from '../node-client.ts'
import { copyName } from '../text/copy-name.ts'

/** The id as it was given where it is none of those that there are: it may be of one that is gone. */
export async function instanceNamed(
  node: NodeClient,
  workload: string,
  given: string,
): Promise<string> {
  const index = Number(/-(\d+)$/.exec(given)?.[1] ?? Number.NaN)
  if (Number.isNaN(index)) return given
  const { name, instances } = await node.call.workloads.get({ name: workload })
  if (given !== copyName(name, index) && given !== copyName(workload, index)) return given
  // Whoever says that it runs one, and was not given it, has none of that name.
  const own = instances.filter((one) => one.index === index && !one.unassigned)
  const runs = own.findLast(({ status, lost }) => status === 'Running' && !lost)
  return (runs ?? own.at(-1))?.id ?? given
}
