/** `--place LOCAL:PATH`: files that each copy finds at a path. */
import { isUtf8 } from 'node:buffer'
import { wrongUsage } from '../exit-codes.ts'
import { readInput } from '../input-files.ts'
import type { Inputs } from '../node-client.ts'

type Files = NonNullable<Inputs['workloads']['deploy']['files']>

export interface PlaceFlags {
  place?: string[]
}

/** Nothing where none was named. */
export async function filesOf({ place }: PlaceFlags): Promise<{ files?: Files }> {
  if (!place) return {}
  const files: Files = []
  for (const text of place) {
    // A drive's letter has a colon behind it too.
    const [, local, path] = /^(.+):(\/.*)$/s.exec(text) ?? []
    if (local === undefined || path === undefined) {
      throw wrongUsage(`--place: “${text}” is not FILE:PATH, such as app.ini:/etc/app.ini.`)
    }
    files.push({ path, ...contentOf(await readInput(local)) })
  }
  return { files }
}

/** Text as it is, anything else as base64. */
export function contentOf(bytes: Buffer): { content: string; encoding?: 'base64' } {
  if (isUtf8(bytes)) return { content: bytes.toString('utf8') }
  return { content: bytes.toString('base64'), encoding: 'base64' }
}
