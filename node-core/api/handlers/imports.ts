import { importText } from '../../work/imports/index.ts'
import type { Builder } from './base.ts'

/** Reads what was written for something else. Runs nothing, keeps nothing. */
export function importHandler(build: Builder) {
  return build.workloads.import.handler(({ input }) => importText(input))
}
