/** All doors of this node: one for each instance that runs, opened and closed in turn. */
import { chmod, mkdir, readdir, rm, rmdir } from 'node:fs/promises'
import path from 'node:path'
import { MyceliumError, messageOf } from '../../../base/errors/index.ts'
import { type AccessedInstance, SOCKET_NAME } from '../../../work/runners/index.ts'
import { createInstanceOperations } from '../../handlers/index.ts'
import { type InstanceDoor, openInstanceDoor } from './door.ts'
import { createHandedSecrets } from './handed-secrets.ts'
import type { InstanceDoors, InstanceDoorsDeps } from './index.ts'
import { SOCKET_PATH_BYTES_MAX } from './limits.ts'
import { createInstanceSecrets } from './secrets.ts'

export function createInstanceDoors(deps: InstanceDoorsDeps): InstanceDoors {
  const { primary, clock, logger } = deps
  const secrets = createInstanceSecrets(deps.secret)
  const handed = createHandedSecrets(deps)
  const doors = new Map<string, InstanceDoor>()
  /** Opening and closing of one instance's door happen one after the other. */
  const turns = new Map<string, Promise<unknown>>()
  let root: string | undefined
  let started = false

  function inTurn<T>(id: string, act: () => Promise<T>): Promise<T> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(act, act)
    turns.set(id, turn)
    const forget = (): void => {
      if (turns.get(id) === turn) turns.delete(id)
    }
    turn.then(forget, forget)
    return turn
  }

  function operationsOf(instance: AccessedInstance) {
    const { workload } = instance
    return createInstanceOperations({
      ...{ namespace: workload, primary, secrets: deps.secrets, clock, logger },
      standing: deps.standing(workload),
      self: () => deps.selfOf(instance),
      names: deps.namesOf(workload),
    })
  }

  async function shut(id: string): Promise<void> {
    const door = doors.get(id)
    doors.delete(id)
    await door?.close()
  }

  return {
    async start() {
      if (started) return
      started = true
      root = await firstThatServes(deps)
      if (root === undefined) logger.warn('Instances cannot reach this node: no place for sockets.')
    },
    async stop() {
      started = false
      for (const id of doors.keys()) void inTurn(id, () => shut(id))
      await Promise.all(turns.values())
      await handed.stop()
      if (root !== undefined) await removeIfEmpty(root)
    },
    async open(instance) {
      const { id } = instance
      const parent = root
      const uses = () => deps.secretsOf(instance.workload)
      if (!started || parent === undefined) {
        if ((uses() ?? []).length > 0) throw noPlace()
        return undefined
      }
      const folder = path.join(parent, secrets.folderOf(id))
      const token = secrets.tokenOf(id)
      return inTurn(id, async () => {
        if (!doors.has(id)) {
          const operations = operationsOf(instance)
          doors.set(id, await openInstanceDoor({ operations, token, clock, logger }, folder))
        }
        const { workload } = instance
        const standing = deps.standing(workload)
        const variables = await handed.hand(id, { workload, uses, folder, standing })
        return { folder, token, secrets: variables }
      })
    },
    close(id) {
      return inTurn(id, async () => {
        handed.forget(id)
        await shut(id)
        if (root === undefined) return
        await rm(path.join(root, secrets.folderOf(id)), { recursive: true, force: true })
      })
    },
    async keepOnly(ids) {
      const parent = root
      if (parent === undefined) return
      const kept = new Set([...ids, ...doors.keys()].map(secrets.folderOf))
      for (const name of await readdir(parent)) {
        if (kept.has(name)) continue
        await rm(path.join(parent, name), { recursive: true, force: true })
      }
    },
  }
}

function noPlace(): MyceliumError<'NOT_SUPPORTED'> {
  const message = 'Secrets cannot be handed to instances here: there is no place for them.'
  return new MyceliumError('NOT_SUPPORTED', message, { details: { reason: 'NO_DOOR' } })
}

/** What goes on running keeps its folder, for when this node comes back. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error) => {
    if (!/ENOTEMPTY|EEXIST|ENOENT/.test(messageOf(error))) throw error
  })
}

/** A socket's path is short on every system, and a home may have a long one. */
async function firstThatServes({
  folders,
  logger,
}: InstanceDoorsDeps): Promise<string | undefined> {
  for (const folder of folders) {
    const longest = path.join(folder, '0'.repeat(24), SOCKET_NAME)
    if (Buffer.byteLength(longest) > SOCKET_PATH_BYTES_MAX) continue
    try {
      await mkdir(folder, { recursive: true, mode: 0o711 })
      await chmod(folder, 0o711)
      return folder
    } catch (error) {
      logger.debug('No sockets can lie there.', { folder, why: messageOf(error) })
    }
  }
  return undefined
}
