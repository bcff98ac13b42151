/** Where pictures go, and that none of an earlier run stands for one that was not made. */
import { mkdir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'

/** Of this checkout, so that those of another do not mix in. */
export const PICTURES_FOLDER = path.resolve(import.meta.dirname, '../../../artifacts/screens')

/** @param looks What is about to be looked at, as its pictures' names begin: `workload-zoomed`. */
export async function clearPictures(folder: string, looks: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  const begins = new Set(looks)
  for (const file of await readdir(folder)) {
    const name = file.replace(/(-(light|dark|pseudo|failed))?\.png$/, '')
    if (name !== file && begins.has(name)) await rm(path.join(folder, file))
  }
}
