/**
 * The files that a manifest gives to a program, in its own folder: mounted over empty ones in a shelter,
 * written there without one. The program has never been in that folder, so no link leads out of it.
 */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bytesOf, type ConfigFile } from '../../spec/index.ts'
import type { PlacedFile } from '../index.ts'
import type { InstanceRecord } from './record.ts'
import { WORK_AT } from './shelter.ts'

type Whose = Pick<InstanceRecord, 'workFolder' | 'userId'>

/** Empty ones to mount them on; each belongs to the program, whatever its mode. */
export async function makePlaces(whose: Whose, files: readonly PlacedFile[]): Promise<void> {
  for (const { source, path } of files) {
    await makeOwn(whose, path, '')
    await give(whose, source)
  }
}

/** Empty folders to mount volumes on. */
export async function makeFolders(whose: Whose, paths: readonly string[]): Promise<void> {
  for (const path of paths) await makeOwnFolder(whose, inWork(whose, path))
}

/** Fails where the program itself, or its folder for what is temporary, lies there. */
export async function writeInto(whose: Whose, files: readonly ConfigFile[]): Promise<void> {
  for (const file of files) {
    await chmod(await makeOwn(whose, file.path, bytesOf(file)), file.mode)
  }
}

async function makeOwn(whose: Whose, at: string, content: Uint8Array | string): Promise<string> {
  const path = inWork(whose, at)
  await makeOwnFolder(whose, dirname(path))
  await writeFile(path, content, { flag: 'wx', mode: 0o600 })
  await give(whose, path)
  return path
}

/** With those above it that are not there. */
async function makeOwnFolder(whose: Whose, path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  for (let folder = path; first !== undefined; folder = dirname(folder)) {
    await give(whose, folder)
    if (folder === first) break
  }
}

function inWork({ workFolder }: Whose, at: string): string {
  return join(workFolder, ...at.slice(WORK_AT.length + 1).split('/'))
}

async function give({ userId }: Whose, path: string): Promise<void> {
  if (userId !== undefined) await chown(path, userId, userId)
}
