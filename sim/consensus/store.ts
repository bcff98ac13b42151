/**
 * The state machine that the machines replicate: a key-value store with compare-and-set, which
 * applies each command id once, as the registry does.
 */
import { z } from 'zod'
import type { LogIndex } from '../../node-core/control/consensus/index.ts'
import { createDigest } from './digest.ts'

export interface Command {
  /** Of this attempt; the log must not hold one that was refused. */
  proposal: string
  /** Of the intention, the same in every attempt. */
  id: string
  key: string
  value: string
  /** Undefined: put. Null: only if nobody has written the key. */
  expected?: string | null
}

/** Whether the value was written. */
export type CommandResult = boolean

export interface Store {
  readonly applied: LogIndex
  /** Over everything applied, in order: equal at one index on every machine. */
  readonly digest: string
  apply(index: LogIndex, payload: Uint8Array): void
  get(key: string): string | undefined
  /** Undefined: not applied here. */
  result(command: string): CommandResult | undefined
  save(): Uint8Array
  restore(state: Uint8Array): void
}

interface Saved {
  applied: LogIndex
  digest: string
  values: [string, string][]
  results: [string, CommandResult][]
}

const NOTHING: Saved = {
  applied: 0 as LogIndex,
  digest: '0000000000000000',
  values: [],
  results: [],
}

export const encodeCommand = (command: Command): Uint8Array => Buffer.from(JSON.stringify(command))

/** Undefined for what no client proposed: a liar may put anything into the log. */
export function decodeCommand(payload: Uint8Array): Command | undefined {
  const text = Buffer.from(payload).toString()
  try {
    const parsed = COMMAND.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const COMMAND = z.object({
  ...{ proposal: z.string(), id: z.string(), key: z.string(), value: z.string() },
  expected: z.string().nullable().exactOptional(),
})

export function createStore(): Store {
  let { applied, digest } = NOTHING
  let values = new Map<string, string>()
  let results = new Map<string, CommandResult>()

  function run({ id, key, value, expected }: Command): void {
    if (results.has(id)) return
    const swaps = expected === undefined || (values.get(key) ?? null) === expected
    if (swaps) values.set(key, value)
    results.set(id, swaps)
  }

  return {
    get applied() {
      return applied
    },
    get digest() {
      return digest
    },
    apply(index, payload) {
      applied = index
      digest = createDigest(digest).number(index).bytes(payload).hex()
      const command = decodeCommand(payload)
      if (command) run(command)
    },
    get: (key) => values.get(key),
    result: (command) => results.get(command),
    save() {
      const saved: Saved = { applied, digest, values: [...values], results: [...results] }
      return Buffer.from(JSON.stringify(saved))
    },
    restore(state) {
      const saved = JSON.parse(Buffer.from(state).toString()) as Saved
      ;({ applied, digest } = saved)
      values = new Map(saved.values)
      results = new Map(saved.results)
    },
  }
}
