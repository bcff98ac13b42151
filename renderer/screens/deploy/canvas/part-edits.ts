import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { type Bodies, type Container, changeBody, changeContainer, without } from './bodies.ts'

export type Resources = NonNullable<Container['resources']>
export type Amount = 'cpu' | 'memory'

/** With one container, or a program, what is said of it may stand at the top as well. */
export function isAlone({ containers }: DeployInput): boolean {
  return containers === undefined || containers.length === 1
}

/** What is reserved for a part, wherever it is written: its own word counts. */
export function resourcesOf(body: DeployInput, part: number): Resources {
  return { ...(isAlone(body) && body.resources), ...body.containers?.[part]?.resources }
}

/** Nothing where it is emptied. It stays where it was written, with all that stands beside it. */
export function setAmount(
  bodies: Bodies,
  index: number,
  { part, key }: { part: number; key: Amount },
  amount: string | undefined,
): Bodies {
  return changeBody(bodies, index, (body) => {
    const inContainer = body.containers?.[part]?.resources?.[key] !== undefined
    const onTop = isAlone(body) && body.resources?.[key] !== undefined
    const atTop = body.containers === undefined || (onTop && !inContainer)
    const outer = isAlone(body) ? withAmount(body, key, atTop ? amount : undefined) : body
    return changeContainer(outer, part, (one) => withAmount(one, key, atTop ? undefined : amount))
  })
}

function withAmount<T extends { resources?: Resources | undefined }>(
  of: T,
  key: Amount,
  amount: string | undefined,
): T {
  const { resources = {} } = of
  if (amount !== undefined) return { ...of, resources: { ...resources, [key]: amount } }
  if (resources[key] === undefined) return of
  const rest = without(resources, key)
  // Without a field it is as if nothing had ever been said of it.
  if (Object.keys(rest).length > 0) return { ...of, resources: rest }
  const { resources: _, ...others } = of
  return others as T
}
