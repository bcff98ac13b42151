/** How an instance reaches its node: a socket of its own, and the token it shows there. */

import type { Workload } from '../spec/index.ts'

export interface InstanceAccess {
  /** A folder on this computer for the socket and what is handed over; containers get it, read-only. */
  folder: string
  token: string
  /** Variables with the values of secrets, as they were when it was opened. */
  secrets: Readonly<Record<string, string>>
}

/** Keeps the doors of instances (`api/doors/instance`). */
export interface InstanceAccesses {
  /**
   * Open from when this resolves, and again the same after a restart of the node; the files of its
   * secrets are there and stay current. Undefined where this computer cannot offer one. Throws
   * SECRET_WAITING and SECRET_MISSING, for now, and NOT_SUPPORTED where secrets have no place.
   */
  open(instance: AccessedInstance): Promise<InstanceAccess | undefined>
  /** It has ended: nobody may come in its name any more. */
  close(id: string): Promise<void>
  /** Removes what is left of all others; called once all that runs here is known. */
  keepOnly(ids: readonly string[]): Promise<void>
}

export interface AccessedInstance {
  id: string
  workload: string
  index: number
  generation: number
}

export const SOCKET_NAME = 'api.sock'
/** Files with the values of secrets, in that folder. */
export const SECRETS_FOLDER = 'secrets'
/** What containers are given as files of their own, in that folder. */
export const FILES_FOLDER = 'files'
/** Where the folder is inside a container. */
export const CONTAINER_FOLDER = '/run/mycelium'

/** Which of the copies it is, from 0; of a job which of the slots of its run. */
export function slotVariable({
  workload: { job },
  index,
}: {
  workload: Pick<Workload, 'job'>
  index: number
}): { MYCELIUM_SLOT: string } {
  return { MYCELIUM_SLOT: String(job ? index % job.completions : index) }
}

/** What an instance finds in its environment; set last, so that nothing of a workload hides it. */
export function accessVariables(
  { token, secrets }: InstanceAccess,
  folder: string,
): Record<string, string> & Record<'MYCELIUM_API' | 'MYCELIUM_TOKEN' | 'MYCELIUM_SECRETS', string> {
  return {
    ...secrets,
    MYCELIUM_API: `unix://${folder}/${SOCKET_NAME}`,
    MYCELIUM_TOKEN: token,
    MYCELIUM_SECRETS: `${folder}/${SECRETS_FOLDER}`,
  }
}
