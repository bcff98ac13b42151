import { parseEnv } from 'node:util'
import { importText } from '../../work/imports/index.ts'
import type { Builder } from './base.ts'

function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']),
  )
}

/** Reads what was written for something else. Runs nothing, keeps nothing. */
export function importHandler(build: Builder) {
  return build.workloads.import.handler(({ input: { files = {}, ...request } }) => {
    const envFiles = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, variablesOf(text)]),
    )
    return importText({ ...request, envFiles })
  })
}
