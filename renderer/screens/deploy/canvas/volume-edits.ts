import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { type Bodies, changeBody, changeContainer, listField, without } from './bodies.ts'

type VolumeClaim = NonNullable<DeployInput['volumes']>[number]

export interface VolumeAsked {
  name: string
  size?: string | undefined
  part: number
  path: string
}

const NAME = /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/

export function volumeNameProblem(
  body: DeployInput,
  volume: number | undefined,
  name: string,
): 'shape' | 'taken' | undefined {
  if (!NAME.test(name)) return 'shape'
  const isTaken = body.volumes?.some((one, at) => at !== volume && one.name === name)
  return isTaken ? 'taken' : undefined
}

export function pathProblem(
  body: DeployInput,
  part: number,
  path: string,
): 'shape' | 'taken' | undefined {
  if (!/^(\/[^/\0:]+)+$/.test(path)) return 'shape'
  const { mounts = [] } = body.containers?.[part] ?? {}
  return mounts.some((one) => one.path === path) ? 'taken' : undefined
}

/** Each copy keeps it, and one of its containers sees it. */
export function addVolume(bodies: Bodies, index: number, asked: VolumeAsked): Bodies {
  const { name, size, part, path } = asked
  const claim: VolumeClaim = { name, ...(size !== undefined && { size }) }
  return changeBody(bodies, index, (body) =>
    withMount({ ...body, volumes: [...(body.volumes ?? []), claim] }, part, { volume: name, path }),
  )
}

/** Another place where it is seen. */
export function mountVolume(
  bodies: Bodies,
  index: number,
  part: number,
  mount: { volume: string; path: string; readOnly?: boolean },
): Bodies {
  return changeBody(bodies, index, (body) => withMount(body, part, mount))
}

function withMount(
  body: DeployInput,
  part: number,
  mount: { volume: string; path: string; readOnly?: boolean },
): DeployInput {
  return changeContainer(body, part, (container) => ({
    ...container,
    mounts: [...(container.mounts ?? []), mount],
  }))
}

export function unmountVolume(bodies: Bodies, index: number, part: number, mount: number): Bodies {
  return changeBody(bodies, index, (body) =>
    changeMounts(body, part, (mounts) => mounts.filter((_, at) => at !== mount)),
  )
}

export function removeVolume(bodies: Bodies, index: number, volume: number): Bodies {
  return changeBody(bodies, index, (body) => {
    const { name } = body.volumes?.[volume] ?? {}
    const volumes = (body.volumes ?? []).filter((_, at) => at !== volume)
    const unclaimed = { ...without(body, 'volumes'), ...listField('volumes', volumes) }
    // One that is named twice is still there under its name.
    if (volumes.some((one) => one.name === name)) return unclaimed
    return everyMount(unclaimed, (mounts) => mounts.filter((one) => one.volume !== name))
  })
}

export function renameVolume(bodies: Bodies, index: number, volume: number, name: string): Bodies {
  return changeBody(bodies, index, (body) => {
    const before = body.volumes?.[volume]?.name
    if (before === undefined || volumeNameProblem(body, volume, name)) return body
    const volumes = body.volumes?.map((one, at) => (at === volume ? { ...one, name } : one))
    return everyMount({ ...body, volumes }, (mounts) =>
      mounts.map((one) => (one.volume === before ? { ...one, volume: name } : one)),
    )
  })
}

export function changeVolume(
  bodies: Bodies,
  index: number,
  volume: number,
  change: (claim: VolumeClaim) => VolumeClaim,
): Bodies {
  return changeBody(bodies, index, (body) => ({
    ...body,
    volumes: body.volumes?.map((one, at) => (at === volume ? change(one) : one)),
  }))
}

type Mounts = NonNullable<NonNullable<DeployInput['containers']>[number]['mounts']>

function everyMount(body: DeployInput, change: (mounts: Mounts) => Mounts): DeployInput {
  return [...(body.containers ?? []).keys()].reduce(
    (changed, part) => changeMounts(changed, part, change),
    body,
  )
}

function changeMounts(
  body: DeployInput,
  part: number,
  change: (mounts: Mounts) => Mounts,
): DeployInput {
  return changeContainer(body, part, (container) => {
    if (!container.mounts) return container
    const mounts = change(container.mounts)
    return { ...without(container, 'mounts'), ...listField('mounts', mounts) }
  })
}
