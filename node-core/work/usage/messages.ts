/** `usage/1`: what the instances of a node use. Whole numbers: nothing sent uses floating point. */
import { z } from 'zod'
import { decode, encode } from '../../base/codec/index.ts'
import { MyceliumError } from '../../base/errors/index.ts'
import type { Usage } from '../runners/index.ts'
import { USAGE_BYTES_MAX } from './limits.ts'

const count = z.number().int().nonnegative()
const answer = z.object({
  /** How long ago it was read. */
  ageMs: count,
  usages: z.array(
    z.object({
      id: z.string().max(90),
      cpuMicros: count,
      memoryBytes: count,
      receivedBytes: count.exactOptional(),
      sentBytes: count.exactOptional(),
      gpuSeconds: count.exactOptional(),
    }),
  ),
})

export function usagesBytes(usages: readonly Usage[], ageMs: number): Uint8Array {
  const told = usages.map(({ cpuSeconds, ...rest }) => {
    const whole = Object.entries(rest).map(([name, value]) => {
      return [name, typeof value === 'number' ? Math.round(value) : value]
    })
    return { ...Object.fromEntries(whole), cpuMicros: Math.round(cpuSeconds * 1e6) }
  })
  return encode({ usages: told, ageMs: Math.round(ageMs) })
}

export function parseUsages(bytes: Uint8Array): { usages: Usage[]; ageMs: number } {
  const parsed = answer.safeParse(plainOf(bytes))
  if (!parsed.success) {
    throw new MyceliumError('NET_REFUSED', 'The peer did not tell what its instances use.')
  }
  const usages = parsed.data.usages.map(({ cpuMicros, ...rest }) => {
    return { ...rest, cpuSeconds: cpuMicros / 1e6 }
  })
  return { usages, ageMs: parsed.data.ageMs }
}

function plainOf(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, { bytesMax: USAGE_BYTES_MAX })
  } catch {
    return undefined
  }
}
