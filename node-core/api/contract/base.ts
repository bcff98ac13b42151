import { type OpenAPI, oc } from '@orpc/contract'
import { z } from 'zod'

/** What an operation needs and does; every door enforces it from here. */
export interface OperationMeta {
  /** `none`: no token. `local`: the token of this node. The others: a permission in the network. */
  permission: 'none' | 'local' | 'use' | 'deploy' | 'invite' | 'admin'
  /** Ends or deletes something: doors that speak for a person or a model ask first. */
  destructive: boolean
  /** False for operations that make sense before this node belongs to a network. */
  needsNetwork: boolean
}

const DEFAULT_META: OperationMeta = { permission: 'use', destructive: false, needsNetwork: true }

/** Every operation starts from here: `operation({ permission: 'deploy' }).route(…).input(…)`. */
export function operation(meta: Partial<OperationMeta> = {}) {
  return oc.$meta<OperationMeta>(DEFAULT_META).meta({ ...DEFAULT_META, ...meta })
}

/** ISO 8601 UTC. */
export const time = z.iso.datetime()
/** NodeId, PeerId, DID, or a name if unique. Answers always carry the NodeId. */
export const anyNodeId = z.string().min(1).max(128)
export const empty = z.object({})

/** Says in the OpenAPI document that the answer is lines of text, as the HTTP door sends them. */
export function textLines(current: OpenAPI.OperationObject): OpenAPI.OperationObject {
  return {
    ...current,
    responses: { 200: { description: 'OK', content: { 'text/plain': {} } } },
  }
}
