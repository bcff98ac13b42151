/** States of a network to look at: what the fake node serves. Times are set when it is asked. */
import { brokenScenario } from './broken.ts'
import { busyScenario } from './busy.ts'
import { communityScenario } from './community.ts'
import { largeScenario } from './large.ts'
import { namesakesScenario } from './namesakes.ts'
import type { Scenario, ScenarioName } from './scenario.ts'
import { aloneScenario, newScenario, notStartedScenario, waitingScenario } from './small.ts'

export { SCENARIOS, type Scenario, type ScenarioName } from './scenario.ts'

const MAKE: Record<ScenarioName, () => Scenario> = {
  new: newScenario,
  waiting: waitingScenario,
  notStarted: notStartedScenario,
  alone: aloneScenario,
  busy: busyScenario,
  community: communityScenario,
  broken: brokenScenario,
  large: largeScenario,
  namesakes: namesakesScenario,
}

export function makeScenario(name: ScenarioName): Scenario {
  return MAKE[name]()
}
