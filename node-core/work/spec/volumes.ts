/** What outlives the instances of a workload, and where its parts see it. */
import { z } from 'zod'
import type { WrongField } from './errors.ts'
import { isText, NOT_TEXT, name, volumeName } from './fields.ts'
import type { Part, Volume, Workload } from './index.ts'
import {
  MOUNT_PATH_LENGTH_MAX,
  MOUNTS_MAX,
  VOLUME_BYTES_MAX,
  VOLUME_BYTES_MIN,
  VOLUMES_MAX,
} from './limits.ts'
import { formatMemoryBytes, parseMemoryBytes } from './quantities.ts'

/** Where a part sees a volume of the workload. */
export interface Mount {
  volume: string
  /** Absolute, inside the container. */
  path: string
  readOnly: boolean
}

const DEFAULT_VOLUME_BYTES = 10 * 2 ** 30

const size = z.union([z.string(), z.number()]).transform((amount, context) => {
  const bytes = parseMemoryBytes(amount)
  if (bytes !== undefined && bytes >= VOLUME_BYTES_MIN && bytes <= VOLUME_BYTES_MAX) return bytes
  const [least, most] = [formatMemoryBytes(VOLUME_BYTES_MIN), formatMemoryBytes(VOLUME_BYTES_MAX)]
  const message = `An amount such as "5Gi", from ${least} to ${most}.`
  context.addIssue({ code: 'custom', message })
  return z.NEVER
})

/** Not where the engine has its own, nor the door to the node. */
const RESERVED = /^\/$|^\/(proc|sys|dev)(\/|$)|^\/run\/mycelium(\/|$)/

/** Where a program has its own folder, in which alone things are placed for it. */
const OF_A_PROGRAM = /^\/work\/(?!tmp(\/|$))/
export const isOfProgram = (path: string): boolean => OF_A_PROGRAM.test(path)

export const mountPath = z
  .string()
  .max(MOUNT_PATH_LENGTH_MAX)
  .regex(/^(\/[^/\0:]+)+$/, { error: 'A whole path, such as "/var/lib/app".' })
  .refine(isText, { error: NOT_TEXT })
  .refine((path) => !path.split('/').some((step) => step === '.' || step === '..'), {
    error: 'Without "." and "..".',
  })
  .refine((path) => !RESERVED.test(path), { error: 'Nothing can be kept there.' })

export const ifLost = z.enum(['wait', 'empty'])

export const volumes = z
  .array(
    z.strictObject({
      name: volumeName,
      size: size.optional(),
      ifLost: ifLost.optional(),
    }),
  )
  .max(VOLUMES_MAX)
export type VolumesBody = z.output<typeof volumes>

export const mounts = z
  .array(
    z.strictObject({
      volume: name,
      path: mountPath,
      readOnly: z.boolean().optional(),
    }),
  )
  .max(MOUNTS_MAX)
export type MountsBody = z.output<typeof mounts>

export function toVolumes(body: VolumesBody): Volume[] {
  return body.map((one) => ({
    name: one.name,
    sizeBytes: one.size ?? DEFAULT_VOLUME_BYTES,
    ifLost: one.ifLost ?? 'wait',
  }))
}

export function toMounts(body: MountsBody): Mount[] {
  return body.map(({ volume, path, readOnly }) => ({ volume, path, readOnly: readOnly ?? false }))
}

/** Absent rather than empty: what has none is what it was before there were any. */
export function volumesField(volumes: readonly Volume[] | undefined): Pick<Workload, 'volumes'> {
  return volumes && volumes.length > 0 ? { volumes: [...volumes] } : {}
}

/** Whether anything of it stays on the node that ran it. */
export function keepsData({ volumes }: Pick<Workload, 'volumes'>): boolean {
  return volumes !== undefined && volumes.length > 0
}

/** Whether a slot waits for the node that has its data, however long that is away. */
export function waitsForData({ volumes }: Pick<Workload, 'volumes'>): boolean {
  return volumes?.some(({ ifLost }) => ifLost === 'wait') ?? false
}

/** What fits not with what else is said. */
export function wrongVolumes({ kind, volumes = [], parts, rollout }: Workload): WrongField[] {
  const isProgram = kind === 'process'
  const names = new Set(volumes.map((one) => one.name))
  const mounted = new Set(parts.flatMap(({ mounts = [] }) => mounts.map(({ volume }) => volume)))
  const wrong: WrongField[] = []
  if (volumes.length > 0 && rollout.kind !== 'rolling') {
    const message = 'Two copies must not write one volume, so old and new cannot run side by side.'
    wrong.push({ path: 'rollout.kind', message })
  }
  for (const [index, { name }] of volumes.entries()) {
    const path = `volumes.${index}.name`
    if (volumes.findIndex((one) => one.name === name) < index) {
      wrong.push({ path, message: 'Named twice.' })
    } else if (!mounted.has(name)) {
      const message = isProgram ? 'Say under `mounts` where it is seen.' : 'No container mounts it.'
      wrong.push({ path, message })
    }
  }
  for (const [index, part] of parts.entries()) {
    const at = isProgram ? '' : `containers.${index}.`
    wrong.push(...wrongMounts(part, names, at))
    if (isProgram) wrong.push(...wrongInProgram(part))
  }
  return wrong
}

function wrongMounts({ mounts = [] }: Part, names: ReadonlySet<string>, at: string): WrongField[] {
  return mounts.flatMap(({ volume, path }, index): WrongField[] => {
    const where = `${at}mounts.${index}`
    if (!names.has(volume)) {
      return [{ path: `${where}.volume`, message: 'The workload has no volume of this name.' }]
    }
    const first = mounts.findIndex((one) => one.path === path)
    return first < index ? [{ path: `${where}.path`, message: 'Named twice.' }] : []
  })
}

/** It is shown them in its own folder, each on an empty place there: so none in another. */
function wrongInProgram({ mounts = [] }: Part): WrongField[] {
  return mounts.flatMap(({ path }, index): WrongField[] => {
    const where = `mounts.${index}.path`
    if (!isOfProgram(path)) {
      const message =
        'A program finds its volumes in its own folder: below "/work/", and not in "/work/tmp".'
      return [{ path: where, message }]
    }
    const isInAnother = mounts.some((one) => path.startsWith(`${one.path}/`))
    return isInAnother ? [{ path: where, message: 'Another volume is mounted above it.' }] : []
  })
}
