import { type DeployInput, deployInput } from '../../../../node-core/api/contract/index.ts'
import type { Draft } from './draft.ts'

/** What keeps a text from being a manifest, or several. */
export type Mistake =
  | { kind: 'syntax'; line?: number; message: string }
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
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return { mistakes: [syntaxMistake(text, error)] }
  }
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

function mistakesOf(body: unknown, prefix: string): Mistake[] {
  const { error } = deployInput.safeParse(body)
  return (error?.issues ?? []).flatMap((issue): Mistake[] => {
    const { path, message } = issue
    const at = (...last: string[]) => prefix + [...path, ...last].map(String).join('.')
    if (issue.code !== 'unrecognized_keys') return [{ kind: 'field', path: at(), message }]
    return issue.keys.map((key) => ({ kind: 'unknown', path: at(key) }))
  })
}

/** Engines say where in words of their own; a line is told where they do. */
function syntaxMistake(text: string, error: unknown): Mistake {
  const message = error instanceof Error ? error.message : String(error)
  const position = /position (\d+)/.exec(message)?.[1]
  const before = position === undefined ? undefined : text.slice(0, Number(position))
  return {
    kind: 'syntax',
    message,
    ...(before !== undefined && { line: before.split('\n').length }),
  }
}

function isSame(a: DeployInput, b: DeployInput): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
