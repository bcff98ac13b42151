import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { nameOf } from '../draft/index.ts'
import { type Bodies, changeBody } from './bodies.ts'
import { dropLinksTo } from './link-edits.ts'

export function addService(bodies: Bodies, body: DeployInput): Bodies {
  return [...bodies, body]
}

/** With it go the links that lead to it, and the variables that name it. */
export function removeService(bodies: Bodies, index: number): Bodies {
  const body = bodies[index]
  if (!body) return bodies
  const name = nameOf(body)
  const isOnly = bodies.filter((one) => nameOf(one) === name).length === 1
  const others = isOnly && name !== '' ? dropLinksTo(bodies, name) : bodies
  return others.filter((_, at) => at !== index)
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Why a workload cannot be called that; nothing where it can. */
export function nameProblem(
  bodies: Bodies,
  index: number | undefined,
  name: string,
): 'shape' | 'taken' | undefined {
  if (!NAME.test(name)) return 'shape'
  const isTaken = bodies.some((body, at) => at !== index && nameOf(body) === name)
  return isTaken ? 'taken' : undefined
}

/** So many copies of what serves by a number of its own. */
export function setCopies(bodies: Bodies, index: number, replicas: number): Bodies {
  return changeBody(bodies, index, (body) => ({ ...body, replicas }))
}

export function setBundle(bodies: Bodies, index: number, bundle: string): Bodies {
  return changeBody(bodies, index, (body) => ({ ...body, bundle }))
}
