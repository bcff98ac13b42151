/** The contract's operations over one scenario in memory. */
import type { NodeEvent } from '../../../node-core/api/contract/index.ts'
import type { Scenario } from '../scenarios/index.ts'
import { catalogueOf } from './catalogue.ts'
import { type Fake, os } from './fake.ts'
import { keptOf } from './kept.ts'
import { networkOf } from './network.ts'
import { nodeOf } from './node.ts'
import { proposalsOf } from './proposals.ts'
import { registryOf } from './registry.ts'
import { runningOf } from './running.ts'
import { workloadsOf } from './workloads.ts'

export { REFUSAL } from './workloads.ts'

export interface FakeRouter {
  router: ReturnType<typeof build>
  scenario: Scenario
  emit: Fake['emit']
}

export function createFakeRouter(scenario: Scenario): FakeRouter {
  const watchers = new Set<(event: NodeEvent) => void>()
  let count = 0
  const emit = (type: string, data: Record<string, unknown>): void => {
    count += 1
    const event = { id: String(count), type, timestamp: new Date().toISOString(), data }
    for (const tell of watchers) tell(event)
  }
  return { scenario, emit, router: build({ scenario, watchers, emit }) }
}

function build(fake: Fake) {
  return os.router({
    ...nodeOf(fake),
    ...networkOf(fake),
    ...registryOf(fake),
    ...proposalsOf(fake),
    ...keptOf(fake),
    ...workloadsOf(fake),
    ...catalogueOf(),
    ...runningOf(fake),
  })
}
