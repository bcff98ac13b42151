/** Files on their way into a manifest: of configurations, ConfigMaps, and beside the text. */
import { FILES_MAX } from '../spec/index.ts'
import type { PartDraft } from './draft.ts'
import type { ManifestFile } from './manifest.ts'

/** What a file holds: text, or bytes as base64. */
export type FileContent = Pick<ManifestFile, 'content' | 'encoding'>

/** By the names that the text gives them. */
export type GivenFiles = ReadonlyMap<string, FileContent>

/** What there is to say where it was not added: another is there already, or there are too many. */
export function addFile(
  part: PartDraft,
  { path, mode, content }: { path: string; mode: number | undefined; content: FileContent },
): 'said-again' | 'does-not-fit' | undefined {
  if (part.files.length >= FILES_MAX) return 'does-not-fit'
  const at = path.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
  if (part.files.some((file) => file.path === at)) return 'said-again'
  part.files.push({ path: at, ...content, ...(mode !== undefined && { mode: modeText(mode) }) })
  return undefined
}

/** As YAML 1.1 reads numbers, which both formats do: octal with a 0 before it. Undefined for none. */
export function modeOf(text: string): number | undefined {
  const octal = /^0o?([0-7]{1,5})$/.exec(text)?.[1]
  if (octal !== undefined) return Number.parseInt(octal, 8)
  return /^[1-9]\d{0,4}$/.test(text) ? Number(text) : undefined
}

/** Bits that lend rights are none that a file may have here. */
function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0')
}
