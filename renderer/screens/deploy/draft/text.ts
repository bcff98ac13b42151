import {
  type DeployInput,
  deployInput,
  fieldProblems,
} from '../../../../node-core/api/contract/index.ts'
import type { Draft } from './draft.ts'
import { type JsonFault, jsonFault } from './json-fault.ts'

/** What keeps a text from being a manifest, or several. */
export type Mistake =
  | { kind: 'syntax'; fault: JsonFault }
  | { kind: 'field'; path: string; message: string }
  /** No manifest has such a field: mistyped, most of the time. */
  | { kind: 'unknown'; path: string }

/** One workload is its manifest; several are a list of them, as `mycelium deploy -f` takes both. */
export function textOf({ typed, workloads }: Draft): string {
  if (typed) return typed.text
  if (workloads.length === 0) return ''
  return JSON.stringify(workloads.length === 1 ? workloads[0] : workloads, null, 2)
}

/** What was typed is kept as it is; the workloads follow it whenever it can be read. */
export function withText(draft: Draft, text: string): Draft {
  const { workloads, mistakes } = read(text)
  if (!workloads) return { ...draft, typed: { text, mistakes } }
  const kept = workloads.map((each) => draft.workloads.find((one) => isSame(one, each)) ?? each)
  return { ...draft, workloads: kept, typed: { text, mistakes } }
}

function read(text: string): { workloads?: DeployInput[]; mistakes: Mistake[] } {
  if (text.trim() === '') return { workloads: [], mistakes: [] }
  const fault = jsonFault(text)
  if (fault) return { mistakes: [{ kind: 'syntax', fault }] }
  const value: unknown = JSON.parse(text)
  const bodies: unknown[] = Array.isArray(value) ? value : [value]
  const mistakes = bodies.flatMap((body, at) => {
    return mistakesOf(body, Array.isArray(value) ? `${at}.` : '')
  })
  const workloads = bodies.filter(isManifest)
  return mistakes.length === 0 ? { workloads, mistakes } : { mistakes }
}

function isManifest(value: unknown): value is DeployInput {
  return deployInput.safeParse(value).success
}

/** In the words in which the node would refuse it. */
function mistakesOf(body: unknown, prefix: string): Mistake[] {
  const { error } = deployInput.safeParse(body)
  return (error?.issues ?? []).flatMap((issue) => {
    const isUnknown = issue.code === 'unrecognized_keys'
    return fieldProblems([issue]).map(({ path, message }): Mistake => {
      const at = prefix + path
      return isUnknown ? { kind: 'unknown', path: at } : { kind: 'field', path: at, message }
    })
  })
}

function isSame(a: DeployInput, b: DeployInput): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
