import { configDefaults, defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'

/** What computes from its first line to its last, and what waits for engines, programs and sockets as well. */
const SIMULATED = ['sim/**/*.test.ts']
const EVERYTHING = [
  '{node-core,cli,main,renderer,sim,scripts,bench}/**/*.test.{ts,tsx}',
  '*.test.ts',
]

/**
 * The first have a core each, as the seeds that they come to depend on it, and node itself runs their modules:
 * through those of Vite a seed took a seventh longer. Of the others a third fits between
 * the two; their files share what they import, which took a quarter of their time where each had its own.
 */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'simulated',
          include: SIMULATED,
          maxWorkers: 2,
          experimental: { viteModuleRunner: false },
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'others',
          include: EVERYTHING,
          exclude: [...configDefaults.exclude, ...SIMULATED],
          maxWorkers: 3,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
