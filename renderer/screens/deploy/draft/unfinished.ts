import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import type { Draft } from './draft.ts'
import { type Env, envOfText, isSameEnv } from './env-text.ts'
import { nameOf } from './names.ts'

/** Variables of a workload, or of one of its containers. */
export interface EnvPlace {
  /** Of the workload in the draft. */
  index: number
  part?: number
}

/** As they are typed, while a line of them cannot be read: what can be stands in the workload. */
export interface UnfinishedEnv {
  workload: string
  part?: number
  text: string
}

/** Nothing once another way has changed what can be read of it. */
export function unfinishedOf(draft: Draft, { index, part }: EnvPlace): string | undefined {
  const body = draft.workloads[index]
  if (!body) return undefined
  const name = nameOf(body)
  const found = draft.unfinished?.find((one) => one.workload === name && one.part === part)
  return found && isOf(found, body) ? found.text : undefined
}

/** Without a text: all of it can be read. */
export function withUnfinished(
  draft: Draft,
  { index, part }: EnvPlace,
  text: string | undefined,
): Draft {
  const workload = nameOf(draft.workloads[index] ?? {})
  const others = (draft.unfinished ?? []).filter((one) => {
    return one.workload !== workload || one.part !== part
  })
  if (text === undefined && others.length === (draft.unfinished ?? []).length) return draft
  const mine = text === undefined ? [] : [{ workload, text, ...(part !== undefined && { part }) }]
  return { ...draft, unfinished: [...others, ...mine] }
}

/** Names of the workloads of which some variables are half written. */
export function halfWritten({ workloads, unfinished = [] }: Draft): string[] {
  return workloads
    .filter((body) => unfinished.some((one) => one.workload === nameOf(body) && isOf(one, body)))
    .map(nameOf)
}

function isOf({ part, text }: UnfinishedEnv, body: DeployInput): boolean {
  const env = envOf(body, part)
  const read = envOfText(text, env)
  return read.wrongLine !== undefined && isSameEnv(read.env, env)
}

function envOf({ env, containers }: DeployInput, part: number | undefined): Env {
  return (part === undefined ? env : containers?.[part]?.env) ?? {}
}
