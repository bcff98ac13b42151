import { parseEnv } from 'node:util'
import { type FileContent, importText } from '../../work/imports/index.ts'
import type { Builder } from './base.ts'

function variablesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parseEnv(text)).map(([name, value]) => [name, value ?? '']),
  )
}

/** Reads what was written for something else. Runs nothing, keeps nothing. */
export function importHandler(build: Builder) {
  return build.workloads.import.handler(({ input: { files = {}, ...request } }) => {
    const given = Object.entries(files).map(([name, file]) => {
      const content: FileContent = typeof file === 'string' ? { content: file } : file
      return [name, content] as const
    })
    // Any of them may be one with variables; those that are none are never asked for theirs.
    const envFiles = given.flatMap(([name, { content, encoding }]) => {
      return encoding === undefined ? [[name, variablesOf(content)] as const] : []
    })
    return importText({
      ...request,
      files: Object.fromEntries(given),
      envFiles: Object.fromEntries(envFiles),
    })
  })
}
