import { expect, it } from 'vitest'
import { saidElsewhere } from './elsewhere.ts'
import { shortRuns } from './short-runs.fixture.ts'

/** A loaded machine takes long. */
const TIMEOUT_MS = 120_000
const PROGRAM = `
  const { shortRuns } = await import('./sim/short-runs.fixture.ts')
  console.log(JSON.stringify(await shortRuns()))`

// Engines: their pinned traces. Whole nodes: `primary/primary.test.ts`.
it(
  'runs of the shared state, of followers, at work and of recovery are the same in another process',
  async () => {
    const here = await shortRuns()
    expect(Object.values(here).flatMap(({ failures }) => failures)).toEqual([])
    const elsewhere = await saidElsewhere(['--input-type=module', '--eval', PROGRAM])
    expect(JSON.parse(elsewhere)).toEqual(here)
  },
  TIMEOUT_MS,
)
