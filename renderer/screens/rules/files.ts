import type { DeployInput, WorkloadView } from '../../../node-core/api/contract/index.ts'

/** Who may read it: everybody in the copy, its user alone; or it may be run as well. */
export const FILE_MODES = ['0444', '0400', '0555'] as const
export type FileMode = (typeof FILE_MODES)[number]

/** More belongs into the image or a volume (docs/adr/0041). */
export const FILE_BYTES_MAX = 32 * 1_024

type Files = NonNullable<DeployInput['files']>
type Content = Pick<Files[number], 'content' | 'encoding'>

/** A file that each copy finds, as entered. */
export interface GivenFile extends Content {
  /** Which row it is, whatever becomes of those around it. */
  key: number
  path: string
  mode: FileMode
}

export interface FilesForm {
  /** Nothing where those that it has stay. */
  files: readonly GivenFile[] | undefined
}

export const EMPTY_FILES: FilesForm = { files: [] }

/** What is in them is not told: those that are there stay, unless all of them are given anew. */
export function filesFrom({ parts }: WorkloadView): FilesForm {
  return parts.some(({ files = [] }) => files.length > 0) ? { files: undefined } : EMPTY_FILES
}

/** Where the node may have something to say about one of them. */
export type FileField = `files.${number}.${'path' | 'content' | 'mode'}`

export function newFile(files: readonly GivenFile[], part: Partial<GivenFile> = {}): GivenFile {
  const key = 1 + Math.max(0, ...files.map((file) => file.key))
  return { path: '', content: '', mode: '0444', ...part, key }
}

/** A row that was only opened is not asked for. */
export function saidFiles(files: readonly GivenFile[]): readonly GivenFile[] {
  return files.filter(({ path, content }) => path.trim() !== '' || content !== '')
}

/** As the node is asked for them. */
export function filesOf({ files = [] }: FilesForm): Files {
  return saidFiles(files).map(({ path, content, encoding, mode }) => ({
    path: path.trim(),
    content,
    ...(encoding && { encoding }),
    ...(mode !== '0444' && { mode }),
  }))
}

/** All of them where there are others now, which then take the place of those that were. */
export function filesChange(before: FilesForm, now: FilesForm): { files?: Files } {
  if (now.files === undefined) return {}
  const files = filesOf(now)
  return before.files !== undefined && sameFiles(filesOf(before), files) ? {} : { files }
}

function sameFiles(one: Files, other: Files): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

/** Text as it is, anything else as base64. */
export function contentOf(bytes: Uint8Array): Content {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return { content: text }
  } catch {
    return { content: btoa(String.fromCharCode(...bytes)), encoding: 'base64' }
  }
}

/** Bytes of what was entered. */
export function sizeOf({ content, encoding }: Content): number {
  return encoding === 'base64' ? atob(content).length : new TextEncoder().encode(content).length
}

/** The row and field of a complaint such as `containers.0.files.1.path`, or all of them. */
export function fileFieldOf(path: string): FileField | 'files' | undefined {
  const [match, index, what] = /(?:^|\.)files(?:\.(\d+)\.(path|content|mode))?/.exec(path) ?? []
  if (match === undefined) return undefined
  switch (what) {
    case 'path':
    case 'content':
    case 'mode':
      return `files.${Number(index)}.${what}`
    default:
      return 'files'
  }
}
