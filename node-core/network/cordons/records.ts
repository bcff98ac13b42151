/** `net/node/<NodeId>/cordon/<OwnerId>` in the shared state. */
import { z } from 'zod'
import { type NodeId, parseNodeId } from '../../base/net/index.ts'
import type { StateRecord } from '../../control/state/index.ts'
import { type OwnerId, parseOwnerId } from '../../identity/index.ts'
import type { Cordon, Owned } from './index.ts'

export const CORDON_PREFIX = 'net/node/'

/** `after`: the registry's version that it was said on top of; absent in records of before: none. */
const CORDON = z.object({
  cordoned: z.boolean(),
  draining: z.boolean(),
  after: z.int().min(0).default(0),
})
export type CordonRecord = z.infer<typeof CORDON>

/**
 * The key names the node's owner, as the node itself does with every record it signs: so the key
 * alone says who may write it, and what a stranger files under its own name nobody looks for.
 */
export const cordonKey = ({ id, owner }: Owned): string => `${CORDON_PREFIX}${id}/cordon/${owner}`

export function ownedBy(key: string): Owned | undefined {
  const [net, what, node = '', cordon, name = '', ...more] = key.split('/')
  const [id, owner]: [NodeId | undefined, OwnerId | undefined] = [
    parseNodeId(node),
    parseOwnerId(name),
  ]
  const isCordon = net === 'net' && what === 'node' && cordon === 'cordon' && more.length === 0
  return isCordon && id && owner ? { id, owner } : undefined
}

export function readCordon(record: StateRecord | undefined): CordonRecord | undefined {
  return CORDON.safeParse(record?.value).data
}

export function isSame(one: Cordon, other: Cordon): boolean {
  return one.cordoned === other.cordoned && one.draining === other.draining
}
