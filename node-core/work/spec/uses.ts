/** Other workloads as they are named in what people send: checked, and filled up. */
import type { WrongField } from './errors.ts'
import type { Use } from './index.ts'
import { isSelf } from './own-names.ts'

type AskedUse = string | { name: string; as?: string }

/** One host name leads to one workload, and none to the workload itself. */
export function toUses(
  asked: readonly AskedUse[],
  self: string | undefined,
  wrong: WrongField[],
): Use[] {
  const taken = new Set<string>()
  return asked.map((one, index) => {
    const said = typeof one === 'string' ? { name: one } : one
    const use = { name: said.name, as: said.as ?? said.name }
    const path = `uses.${index}`
    if (isSelf(use.name, self)) wrong.push({ path, message: 'That is this workload itself.' })
    if (taken.has(use.as)) wrong.push({ path, message: `“${use.as}” is named twice.` })
    taken.add(use.as)
    return use
  })
}
