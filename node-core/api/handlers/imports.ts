import { type FileContent, importText } from '../../work/imports/index.ts'
import type { Builder } from './base.ts'

/** Reads what was written for something else. Runs nothing, keeps nothing. */
export function importHandler(build: Builder) {
  return build.workloads.import.handler(({ input: { files = {}, ...request } }) => {
    const given = Object.entries(files).map(([name, file]) => {
      const content: FileContent = typeof file === 'string' ? { content: file } : file
      return [name, content] as const
    })
    return importText({ ...request, files: Object.fromEntries(given) })
  })
}
