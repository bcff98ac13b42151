/**
 * Tokens and folders of instances come of one secret of this node and the instance's id, so that a
 * node which was killed knows them again without having kept them.
 */
import { createHmac } from 'node:crypto'

export interface InstanceSecrets {
  tokenOf(id: string): string
  /** Whoever does not know it cannot find the socket, where others may pass the folder above. */
  folderOf(id: string): string
}

export function createInstanceSecrets(secret: Uint8Array): InstanceSecrets {
  const of = (purpose: string, id: string): Buffer => {
    return createHmac('sha256', secret).update(`${purpose}\0${id}`).digest()
  }
  return {
    tokenOf: (id) => of('token', id).toString('base64url'),
    folderOf: (id) => of('folder', id).toString('hex').slice(0, FOLDER_DIGITS),
  }
}

const FOLDER_DIGITS = 24
