/** Who holds whom to lead, and in which term, as long as no write goes through: why a gap was long. */
import type { TestNode } from '../harness/node-process.ts'
import { statusOf } from './committee.ts'

export interface Leads {
  /** One each time that a node tells something new. */
  readonly lines: readonly string[]
  stop(): void
}

/** Less often than anything of an election, so that asking costs it nothing. */
const EACH_MS = 500

export function watchLeads(nodes: readonly TestNode[]): Leads {
  const beganMs = performance.now()
  const lines: string[] = []
  const last = new Map<TestNode, string>()
  const busy = new Set<TestNode>()

  async function look(node: TestNode): Promise<void> {
    if (busy.has(node)) return
    busy.add(node)
    const told = await statusOf(node).then(
      ({ primary }) => {
        const { role, term, leader, inForce, height } = primary ?? {}
        return `${role} in term ${term}, led by ${leader ?? 'nobody'}, in force: ${inForce}, height ${height}`
      },
      (error: Error) => `no answer (${error.message})`,
    )
    busy.delete(node)
    if (last.get(node) === told) return
    last.set(node, told)
    lines.push(`after ${Math.round(performance.now() - beganMs)} ms ${node.name}: ${told}`)
  }

  const timer = setInterval(() => {
    for (const node of nodes) void look(node)
  }, EACH_MS)
  return { lines, stop: () => clearInterval(timer) }
}
