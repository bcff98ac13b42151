/**
 * What programs keep: folders of the node in its home, which is closed to everybody else. Each is shown to
 * the program of its slot alone, in its shelter (docs/adr/0033). A folder comes and goes by being renamed,
 * so that it is there whole or not at all, whenever the node is killed.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import type { Logger } from '../../../base/log/index.ts'
import { parseOwnerId } from '../../../identity/index.ts'
import { type VolumeName, volumeIdOf } from '../../spec/index.ts'
import type { NodeVolumes, StartRequest, StoredVolume, VolumeStore } from '../index.ts'
import { bytesIn, giveTree, removeTree } from './kept-trees.ts'
import { LABEL_BYTES_MAX } from './limits.ts'
import type { Whose } from './marks.ts'
import type { ShownVolume } from './shelter.ts'
import { ownerOf } from './user-ids.ts'

export interface ProgramVolumesDeps {
  /** Absolute: `volumes/` in the home. */
  folder: string
  whose: Whose
  clock: Clock
  logger: Logger
  /** Whether a program that has it runs, or is being started. */
  isInUse(id: string): boolean
}

export interface ProgramVolumes extends VolumeStore {
  /** Where its program sees each; made where it is not there yet, and given to the user it runs as. */
  open(request: StartRequest, userId: number | undefined): Promise<ShownVolume[]>
  /** Whose the first of them is that is there, so that a program may have the same user again. */
  userOf(request: StartRequest): Promise<number | undefined>
  /** Removes what was being made, or removed, when the node was killed. */
  tidy(): Promise<void>
}

const LABEL = 'volume.json'
const DATA = 'data'
const [NEW, GONE] = ['.new-', '.gone-']

const label = z.object({
  version: z.literal(1),
  owner: z.string(),
  workload: z.string(),
  index: z.number().int(),
  name: z.string(),
  sizeBytes: z.number().int(),
  createdAtMs: z.number(),
})

/** Those of the request's slot. Throws START_FAILED where nobody says whose they are. */
export function volumesOf({
  workload,
  index,
  owner,
}: StartRequest): Omit<StoredVolume, 'createdAtMs'>[] {
  return (workload.volumes ?? []).map(({ name, sizeBytes }) => {
    if (owner === undefined) {
      throw new MyceliumError('START_FAILED', `Nobody says whose the volume “${name}” is.`)
    }
    const named: VolumeName = {
      owner,
      workload: workload.name,
      index,
      volume: name,
      kind: 'process',
    }
    return { ...named, id: volumeIdOf(named), sizeBytes }
  })
}

export function createProgramVolumes(deps: ProgramVolumesDeps): ProgramVolumes {
  const { whose, clock, logger } = deps
  const own = join(deps.folder, whose.network, whose.node)

  async function have(volume: Omit<StoredVolume, 'createdAtMs'>): Promise<string> {
    const place = join(own, volume.id)
    if (!(await readLabel(place))) await make(volume, place)
    return join(place, DATA)
  }

  async function make(volume: Omit<StoredVolume, 'createdAtMs'>, place: string): Promise<void> {
    const { owner, workload, index, volume: name, sizeBytes } = volume
    const told = { owner, workload, index, name, sizeBytes, createdAtMs: clock.wallMs() }
    const text = JSON.stringify({ version: 1, ...told })
    // Data whose label was lost is still the slot's: the name of its folder says so.
    if (await isThere(join(place, DATA))) return writeLabel(place, text)
    const draft = join(own, `${NEW}${volume.id}`)
    await rm(draft, { recursive: true, force: true })
    await mkdir(join(draft, DATA), { recursive: true, mode: 0o700 })
    await writeLabel(draft, text)
    await rename(draft, place)
    await settle(own)
  }

  async function list(): Promise<StoredVolume[]> {
    const found = await volumesIn(own)
    for (const name of found.unreadable)
      logger.warn('A volume of programs has no readable label', { name })
    return found.volumes
  }

  return {
    list,
    async usage(wanted) {
      const used = new Map<string, number>()
      for (const { id } of await list()) used.set(id, await bytesIn(join(own, id, DATA), wanted))
      return used
    },
    async remove(id) {
      if (deps.isInUse(id)) throw new MyceliumError('VOLUME_IN_USE', `A program has ${id}.`)
      await removeVolume(own, id)
    },
    async open(request, userId) {
      const [{ mounts = [] }] = request.workload.parts
      const shown = await Promise.all(
        volumesOf(request).map(async (volume) => {
          const folder = await have(volume)
          if (userId !== undefined) await giveTree(folder, userId)
          return mounts
            .filter((mount) => mount.volume === volume.volume)
            .map(({ path, readOnly }) => ({ folder, path, readOnly }))
        }),
      )
      return shown.flat()
    },
    async userOf(request) {
      for (const { id } of volumesOf(request)) {
        const user = await ownerOf(join(own, id, DATA))
        if (user !== undefined) return user
      }
      return undefined
    },
    async tidy() {
      const half = (await entriesOf(own)).filter((name) => name.startsWith('.'))
      for (const name of half) {
        await removeTree(join(own, name)).catch((error: unknown) => {
          logger.warn('What is left of a volume stays', { name, why: messageOf(error) })
        })
      }
    },
  }
}

/** Those of all networks and nodes that had this home. @param folder `volumes/` in it. */
export function createNodeProgramVolumes(folder: string): NodeVolumes {
  return {
    async list() {
      const found = []
      for (const network of await entriesOf(folder)) {
        for (const node of await entriesOf(join(folder, network))) {
          const place = join(folder, network, node)
          for (const volume of (await volumesIn(place)).volumes) {
            found.push({ ...volume, network, node, engineName: join(place, volume.id) })
          }
        }
      }
      return found
    },
    async usage(wanted) {
      const used = new Map<string, number>()
      for (const { engineName } of await this.list()) {
        used.set(engineName, await bytesIn(join(engineName, DATA), wanted))
      }
      return used
    },
    async remove({ engineName }) {
      const found = (await this.list()).find((one) => one.engineName === engineName)
      if (found) await removeVolume(join(folder, found.network, found.node), found.id)
    },
  }
}

/** Out of sight at once; what cannot be removed is put back, so that it goes on being told of. */
async function removeVolume(own: string, id: string): Promise<void> {
  const [place, gone] = [join(own, id), join(own, `${GONE}${id}`)]
  await removeTree(gone)
  if (!(await isThere(place))) return
  await rename(place, gone)
  await settle(own)
  await removeTree(gone).catch(async (error: unknown) => {
    await rename(gone, place)
    throw error
  })
}

async function volumesIn(own: string): Promise<{ volumes: StoredVolume[]; unreadable: string[] }> {
  const volumes: StoredVolume[] = []
  const unreadable: string[] = []
  for (const name of await entriesOf(own)) {
    if (name.startsWith('.')) continue
    const volume = await readLabel(join(own, name))
    if (volume?.id === name) volumes.push(volume)
    else unreadable.push(name)
  }
  return { volumes, unreadable }
}

async function readLabel(place: string): Promise<StoredVolume | undefined> {
  const text = await readFile(join(place, LABEL), 'utf8').catch(unlessMissing)
  if (text === undefined || text.length > LABEL_BYTES_MAX) return undefined
  const parsed = label.safeParse(parseJson(text))
  const owner = parseOwnerId(parsed.data?.owner ?? '')
  if (!parsed.data || !owner) return undefined
  const { workload, index, name: volume, sizeBytes, createdAtMs } = parsed.data
  const named: VolumeName = { owner, workload, index, volume, kind: 'process' }
  return { ...named, id: volumeIdOf(named), sizeBytes, createdAtMs }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Beside it first, so that a crash leaves none or a whole one. */
async function writeLabel(place: string, text: string): Promise<void> {
  const file = await open(join(place, `${LABEL}.new`), 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(join(place, `${LABEL}.new`), join(place, LABEL))
  await settle(place)
}

/** What was renamed in a folder outlasts a loss of power. */
async function settle(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(unlessMissing)) !== undefined
}

async function entriesOf(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(unlessMissing)) ?? []
}

function unlessMissing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
  throw error
}
