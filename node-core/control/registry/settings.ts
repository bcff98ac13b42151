/** Parameters of the network, set by admins. What they mean is for those who read them. */
import { z } from 'zod'
import { encode, type Plain } from '../../base/codec/index.ts'
import type { OwnerId } from '../../identity/index.ts'
import { isAdmin } from './authors.ts'
import { kind } from './kind.ts'
import { SETTING_BYTES_MAX, SETTING_DEPTH_MAX, SETTINGS_MAX } from './limits.ts'
import { done, type RefusalCode, refuse } from './refusals.ts'
import { key } from './shapes.ts'
import type { State } from './state.ts'
import { mayGrow } from './weight.ts'

const value = z
  .custom<Plain>((value) => value !== undefined)
  .refine((value) => depthOf(value) <= SETTING_DEPTH_MAX)
  .refine((value) => encode(value).byteLength <= SETTING_BYTES_MAX)

export const settingChange = z.strictObject({ name: key, value })

/** Value: null. */
export const putSetting = kind(1, settingChange, (state, author, change) => {
  if (!isAdmin(author)) return refuse('FORBIDDEN')
  const refusal = changeSetting(state, author.owner, change)
  return refusal ? refuse(refusal) : done()
})

/** By the word of whoever may, which is for the caller to ask. */
export function changeSetting(
  state: State,
  by: OwnerId,
  { name, value }: { name: string; value: Plain },
): RefusalCode | undefined {
  const full = state.settings.size >= SETTINGS_MAX && !state.settings.get(name)
  const row = { value, by, atMs: state.clock.timeMs }
  if (full || !mayGrow(state, state.settings.growth(name, row))) return 'LIMIT_REACHED'
  state.settings.set(name, row)
  return undefined
}

/** Value: null. */
export const deleteSetting = kind(1, z.strictObject({ name: key }), (state, author, { name }) => {
  if (!isAdmin(author)) return refuse('FORBIDDEN')
  if (!state.settings.get(name)) return refuse('NOT_FOUND')
  state.settings.delete(name)
  return done()
})

/** 0 for a single value. */
function depthOf(value: Plain): number {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return 0
  return 1 + Math.max(0, ...Object.values(value).map((item: Plain) => depthOf(item)))
}
