/** The volumes that a part mounts, in the engine's words: names and labels of what is kept. */
import { MyceliumError } from '../../../base/errors/index.ts'
import { parseOwnerId } from '../../../identity/index.ts'
import { type Part, volumeIdOf } from '../../spec/index.ts'
import type { StartRequest, StoredVolume } from '../index.ts'
import { ownerLabels, type Whose } from './labels.ts'

const PREFIX = 'org.mycelium.volume.'
const LOCAL = { Name: 'local', Options: {} }

export interface VolumeMount {
  Type: 'volume'
  Source: string
  Target: string
  ReadOnly: boolean
  VolumeOptions: { NoCopy: boolean; Labels: Record<string, string>; DriverConfig: typeof LOCAL }
}

/** What a part mounts; the engine makes what is not there yet. */
export function volumeMounts(whose: Whose, request: StartRequest, part: Part): VolumeMount[] {
  return (part.mounts ?? []).map(({ volume, path, readOnly }) => {
    const stored = storedVolume(request, volume)
    return {
      Type: 'volume',
      Source: engineName(whose, stored.id),
      Target: path,
      ReadOnly: readOnly,
      VolumeOptions: { NoCopy: false, Labels: labelsOf(whose, stored), DriverConfig: LOCAL },
    }
  })
}

function storedVolume(
  { owner, workload, index }: StartRequest,
  volume: string,
): Omit<StoredVolume, 'createdAtMs'> {
  const found = workload.volumes?.find(({ name }) => name === volume)
  if (!found || owner === undefined) {
    throw new MyceliumError('START_FAILED', `Nobody says whose the volume “${volume}” is.`)
  }
  const name = { owner, workload: workload.name, index, volume }
  return { ...name, id: volumeIdOf(name), sizeBytes: found.sizeBytes }
}

/** Of this node alone: several may share an engine. */
export function engineName({ network, node }: Whose, id: string): string {
  return `mycelium.${network.slice(0, 8)}.${node.slice(0, 16)}.${id}`
}

function labelsOf(whose: Whose, stored: Omit<StoredVolume, 'createdAtMs'>): Record<string, string> {
  const { owner, workload, index, volume, sizeBytes } = stored
  const ours = { owner, workload, index: String(index), name: volume, bytes: String(sizeBytes) }
  const labels = Object.entries(ours).map(([name, value]) => [`${PREFIX}${name}`, value])
  return { ...ownerLabels(whose), ...Object.fromEntries(labels) }
}

/** Undefined for labels that we did not write. */
export function parseVolumeLabels(
  labels: Readonly<Record<string, string>>,
  createdAtMs: number,
): StoredVolume | undefined {
  const owner = parseOwnerId(labels[`${PREFIX}owner`] ?? '')
  const workload = labels[`${PREFIX}workload`]
  const volume = labels[`${PREFIX}name`]
  const index = Number(labels[`${PREFIX}index`])
  const sizeBytes = Number(labels[`${PREFIX}bytes`])
  if (!owner || !workload || !volume) return undefined
  if (!Number.isInteger(index) || !Number.isInteger(sizeBytes)) return undefined
  const name = { owner, workload, index, volume }
  return { ...name, id: volumeIdOf(name), sizeBytes, createdAtMs }
}
