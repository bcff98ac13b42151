/**
 * A reporter of the unit tests: what they came to, as JSON into `.cache/unit.json`. Vitest's own counts no
 * file that could not be loaded, no hook that failed and no error that nobody caught; each ends a run.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { type Counts, failureOf, nothing } from './counts.ts'

export const UNIT_REPORT = path.resolve(import.meta.dirname, '..', '.cache', 'unit.json')

/** Only what is read here. */
type Errors = readonly { message?: string; stack?: string }[]
const whyOf = (errors: Errors): string =>
  errors.map(({ message, stack }) => stack || message).join('\n')

export function tellOf(modules: Iterable<TestModule>, unhandled: Errors): Counts {
  const counts = nothing()
  const fail = (name: string, errors: Errors): void => {
    counts.failed += 1
    counts.failures.push(failureOf(name, whyOf(errors)))
  }
  const tell = (test: TestCase, file: string): void => {
    const { state, errors = [] } = test.result()
    const name = `${file} > ${test.fullName}`
    if (state === 'passed') counts.passed += 1
    else if (state === 'failed') fail(name, errors)
    else {
      counts.skipped += 1
      // One that never came to its end was not skipped by anybody.
      counts.left.push(state === 'pending' ? `${name} [did not end]` : name)
    }
  }
  const suitesOf = (of: TestModule | TestSuite): (TestModule | TestSuite)[] => [
    of,
    ...[...of.children.suites()].flatMap(suitesOf),
  ]
  for (const module of modules) {
    const file = module.relativeModuleId
    for (const suite of suitesOf(module)) {
      const errors = suite.errors()
      const name = 'fullName' in suite ? `${file} > ${suite.fullName}` : file
      if (errors.length > 0) fail(name, errors)
    }
    for (const test of module.children.allTests()) tell(test, file)
  }
  for (const error of unhandled) fail('an error that nobody caught', [error])
  return counts
}

export default class UnitReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: Errors): void {
    mkdirSync(path.dirname(UNIT_REPORT), { recursive: true })
    writeFileSync(UNIT_REPORT, JSON.stringify(tellOf(modules, unhandled)))
  }
}
