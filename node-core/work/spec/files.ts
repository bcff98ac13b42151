/** Configuration that a part finds as files (docs/adr/0041): as people say it, and as it is stored. */
import { z } from 'zod'
import type { WrongField } from './errors.ts'
import type { Part, WorkloadKind } from './index.ts'
import { FILE_BYTES_MAX, FILES_BYTES_MAX, FILES_MAX } from './limits.ts'
import { isOfProgram, type Mount, mountPath } from './volumes.ts'

export interface ConfigFile {
  /** Absolute, as the part sees it. */
  path: string
  content: string
  /** What `content` is, where the file is no text. */
  encoding?: 'base64'
  /** As chmod has it. Nobody may write to it, whatever it says. */
  mode: number
}

const DEFAULT_MODE = 0o444
/** The engine writes these for every container, names of other workloads among them. */
const OF_THE_ENGINE = /^\/etc\/(hosts|hostname|resolv\.conf)$/

const encoding = z.literal('base64', { error: 'Must be "base64", or not be there for text.' })
const mode = z
  .string()
  .regex(/^0?[0-7]{3}$/, { error: 'Three octal digits, such as "0444".' })
  .transform((digits) => Number.parseInt(digits, 8))

interface Content {
  content: string
  encoding?: 'base64' | undefined
}

/** Base64 is no longer than it has to be, so one file has one form. */
function wrongContent({ content, encoding }: Content): string | undefined {
  if (encoding === undefined && !content.isWellFormed()) {
    return 'Not text: send its bytes as base64, and say so under "encoding".'
  }
  if (encoding === 'base64' && bytesOf({ content, encoding }).toString('base64') !== content) {
    return 'Not base64.'
  }
  const size = sizeOf({ content, encoding })
  return size > FILE_BYTES_MAX ? `A file of ${size} bytes: at most ${FILE_BYTES_MAX}.` : undefined
}

function refuseWrongContent(file: Content, context: z.RefinementCtx): void {
  const message = wrongContent(file)
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['content'], message })
}

const file = z.strictObject({
  path: mountPath,
  content: z.string(),
  encoding: encoding.optional(),
  mode: mode.optional(),
})
const TOO_MANY = { error: `At most ${FILES_MAX} files.` }
export const files = z.array(file.superRefine(refuseWrongContent)).max(FILES_MAX, TOO_MANY)

/** One without content keeps that which lies at its path: nobody is shown it, to send it back. */
export const changedFiles = z
  .array(
    file.extend({ content: z.string().optional() }).superRefine(({ content, ...rest }, context) => {
      if (content !== undefined) refuseWrongContent({ content, ...rest }, context)
      else if (rest.encoding !== undefined) {
        context.addIssue({ code: 'custom', path: ['content'], message: 'This is needed.' })
      }
    }),
  )
  .max(FILES_MAX, TOO_MANY)
export type FilesBody = (Content & { path: string; mode?: number | undefined })[]

export const storedFile = z
  .strictObject({
    path: mountPath,
    content: z.string(),
    encoding: encoding.exactOptional(),
    mode: z.number().int().min(0).max(0o777),
  })
  .superRefine(refuseWrongContent)

export function toFiles(body: FilesBody): ConfigFile[] {
  return body.map(({ path, content, encoding, mode }) => {
    return { path, content, ...(encoding && { encoding }), mode: mode ?? DEFAULT_MODE }
  })
}

/** `at`: what comes before `files`. */
export function filesAfter(
  said: z.output<typeof changedFiles>,
  before: readonly ConfigFile[],
  at: string,
  wrong: WrongField[],
): FilesBody {
  return said.flatMap(({ content, ...file }, index) => {
    if (content !== undefined) return [{ ...file, content }]
    const kept = before.find((one) => one.path === file.path)
    if (kept) return [{ ...kept, mode: file.mode ?? kept.mode }]
    wrong.push({ path: `${at}files.${index}.content`, message: 'There is no such file yet.' })
    return []
  })
}

export function bytesOf({ content, encoding }: Content): Buffer {
  return Buffer.from(content, encoding ?? 'utf8')
}

export function sizeOf({ content, encoding }: Content): number {
  return Buffer.byteLength(content, encoding ?? 'utf8')
}

export function modeText({ mode }: Pick<ConfigFile, 'mode'>): string {
  return mode.toString(8).padStart(4, '0')
}

/** What clashes with what else the part finds somewhere. `at`: what comes before `files`. */
export function wrongFiles(part: Part, kind: WorkloadKind, at: string): WrongField[] {
  return (part.files ?? []).flatMap(({ path }, index) => {
    const message = wrongPlace(path, index, part, kind)
    return message === undefined ? [] : [{ path: `${at}files.${index}.path`, message }]
  })
}

function wrongPlace(path: string, index: number, part: Part, kind: WorkloadKind) {
  const { files = [], mounts = [], scratch = [] } = part
  if (kind === 'process' && !isOfProgram(path)) {
    return 'A program finds its files in its own folder: below "/work/", and not in "/work/tmp".'
  }
  if (kind === 'process' && mounts.some((one) => isIn(path, one.path))) {
    return 'It lies in a volume, which a program alone writes to.'
  }
  if (kind === 'container' && OF_THE_ENGINE.test(path)) return 'The engine writes this file.'
  const earlier = files.slice(0, index)
  if (earlier.some((one) => one.path === path)) return 'Named twice.'
  if (earlier.some((one) => isIn(path, one.path) || isIn(one.path, path))) {
    return 'Another file stands in its way.'
  }
  const folders = [...mounts, ...scratch]
  if (folders.some((one) => one.path === path || isIn(one.path, path))) {
    return 'A volume or a folder in memory is mounted there.'
  }
  if (mounts.some((one) => one.readOnly && isIn(path, one.path))) {
    return 'It lies in a volume that is mounted to be read alone.'
  }
  return undefined
}

function isIn(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`)
}

/** Every instance is told of them with its workload, so all together are bounded too. */
export function wrongTotal(parts: readonly Part[], at: readonly string[]): WrongField[] {
  let total = 0
  for (const [index, { files = [] }] of parts.entries()) {
    total += files.reduce((sum, file) => sum + sizeOf(file), 0)
    if (total > FILES_BYTES_MAX) {
      const message = `Files of all containers together: at most ${FILES_BYTES_MAX} bytes.`
      return [{ path: `${at[index] ?? ''}files`, message }]
    }
  }
  return []
}

/**
 * Stored, a file is one of the mounts: a release that knows no files then finds a mount that it cannot
 * read, and starts nothing, where it would have started the part without its file. So is a mount of a
 * program, which such a release would have started without its data.
 */
export function foldFiles<P extends Part>({ files, mounts = [], ...part }: P) {
  const kept =
    'bundle' in part.source ? mounts.map((one) => ({ ...one, kind: 'process' as const })) : mounts
  const folded = [...kept, ...(files ?? [])]
  return { ...part, ...(folded.length > 0 && { mounts: folded }) }
}

export function unfoldFiles<P extends { mounts?: (Mount | ConfigFile)[] }>({
  mounts = [],
  ...part
}: P) {
  const volumes = mounts.flatMap((one) => {
    return 'volume' in one ? [{ volume: one.volume, path: one.path, readOnly: one.readOnly }] : []
  })
  const files = mounts.filter((one) => 'content' in one)
  return {
    ...part,
    ...(volumes.length > 0 && { mounts: volumes }),
    ...(files.length > 0 && { files }),
  }
}
