import { z } from 'zod'

export const workloadName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, {
  error: 'Use 1 to 63 of a-z, 0-9 and "-", not "-" at either end.',
})

export function isWorkloadName(text: string): boolean {
  return workloadName.safeParse(text).success
}
