/** Files of a manifest on this computer, from where they are mounted into what runs. */
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { bytesOf, type ConfigFile } from '../spec/index.ts'

export interface PlacedFile {
  /** On this computer. */
  source: string
  /** Where the part sees it. */
  path: string
}

/**
 * Writes them into a folder of their own, under numbers: no word of a manifest becomes a path here.
 * Whoever is not told of a file by a mount gets no further than the folder.
 */
export async function placeConfigFiles(
  folder: string,
  files: readonly ConfigFile[],
): Promise<PlacedFile[]> {
  if (files.length === 0) return []
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const placed: PlacedFile[] = []
  for (const [index, file] of files.entries()) {
    const source = path.join(folder, String(index))
    await writeFile(source, bytesOf(file), { mode: 0o600 })
    // The mode that it is created with is cut down by the umask.
    await chmod(source, file.mode)
    placed.push({ source, path: file.path })
  }
  return placed
}
