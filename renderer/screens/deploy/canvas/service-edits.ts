import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { changeBody, type Draft, nameOf } from './draft.ts'
import { usesOf } from './graph.ts'
import { dropLinksTo } from './link-edits.ts'

export function addService(draft: Draft, body: DeployInput): Draft {
  return [...draft, body]
}

/** With it go the links that lead to it, and the variables that name it. */
export function removeService(draft: Draft, index: number): Draft {
  const body = draft[index]
  if (!body) return draft
  const name = nameOf(body)
  const isOnly = draft.filter((one) => nameOf(one) === name).length === 1
  const others = isOnly && name !== '' ? dropLinksTo(draft, name) : draft
  return others.filter((_, at) => at !== index)
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Why a workload cannot be called that; nothing where it can. */
export function nameProblem(
  draft: Draft,
  index: number | undefined,
  name: string,
): 'shape' | 'taken' | undefined {
  if (!NAME.test(name)) return 'shape'
  const isTaken = draft.some((body, at) => at !== index && nameOf(body) === name)
  return isTaken ? 'taken' : undefined
}

/**
 * Others go on finding it under the host name that their variables and files have for it. What says its
 * own name says the new one: placement of others, its secrets, the key of its queue.
 */
export function renameService(draft: Draft, index: number, name: string): Draft {
  const body = draft[index]
  if (!body || nameProblem(draft, index, name) !== undefined) return draft
  const before = nameOf(body)
  if (before === name) return body.name === name ? draft : withName(draft, index, name)
  return withName(draft, index, name).map((one, at) =>
    namesUsed(at === index ? ownNames(one, before, name) : one, before, name),
  )
}

function withName(draft: Draft, index: number, name: string): Draft {
  return changeBody(draft, index, (body) => ({ ...body, name }))
}

function ownNames(body: DeployInput, before: string, name: string): DeployInput {
  const own = (text: string): string =>
    text.startsWith(`${before}/`) ? `${name}${text.slice(before.length)}` : text
  const { secrets, autoscale } = body
  return {
    ...body,
    ...(secrets && { secrets: secrets.map((one) => ({ ...one, name: own(one.name) })) }),
    ...(autoscale?.queue && {
      autoscale: { ...autoscale, queue: { ...autoscale.queue, key: own(autoscale.queue.key) } },
    }),
  }
}

function namesUsed(body: DeployInput, before: string, name: string): DeployInput {
  const { uses, placement } = body
  const hosts = usesOf(body)
  const names = (list: readonly string[]) => list.map((one) => (one === before ? name : one))
  const { apart, near } = placement ?? {}
  const isNear = apart?.includes(before) || near?.includes(before)
  const isUsed = hosts.some((one) => one.name === before)
  if (!isNear && !isUsed) return body
  return {
    ...body,
    ...(isUsed && {
      uses: uses?.map((use, at) => {
        const { name: used = '', as = '' } = hosts[at] ?? {}
        if (used !== before) return use
        return as === name ? name : { name, as }
      }),
    }),
    ...(isNear && {
      placement: {
        ...placement,
        ...(apart && { apart: names(apart) }),
        ...(near && { near: names(near) }),
      },
    }),
  }
}

/** So many copies of what serves by a number of its own. */
export function setCopies(draft: Draft, index: number, replicas: number): Draft {
  return changeBody(draft, index, (body) => ({ ...body, replicas }))
}

export function setBundle(draft: Draft, index: number, bundle: string): Draft {
  return changeBody(draft, index, (body) => ({ ...body, bundle }))
}
