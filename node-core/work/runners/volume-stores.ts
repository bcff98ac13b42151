/** Data of instances, wherever it is kept: by an engine for containers, in folders of the node for programs. */
import type { VolumeName } from '../spec/index.ts'

/** Data of this node's instances of one kind. */
export interface VolumeStore {
  /** Throws ENGINE_UNAVAILABLE. */
  list(): Promise<StoredVolume[]>
  /** Bytes by id. They are counted one file after the other, which may take minutes. */
  usage(wanted?: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** For good; no error when there is none. Throws VOLUME_IN_USE. */
  remove(id: string): Promise<void>
}

export interface StoredVolume extends VolumeName {
  /** `volumeIdOf` its name. */
  id: string
  /** As it was to be when it was made. */
  sizeBytes: number
  createdAtMs: number
}

/** Data that this node's instances kept, of whichever network. */
export interface NodeVolumes {
  /** Throws ENGINE_UNAVAILABLE. */
  list(): Promise<NodeVolume[]>
  /** Bytes by `engineName`. They are counted one file after the other, which may take minutes. */
  usage(wanted?: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** For good; no error when there is none. Throws VOLUME_IN_USE. */
  remove(volume: Pick<NodeVolume, 'engineName'>): Promise<void>
}

export interface NodeVolume extends StoredVolume {
  network: string
  node: string
  /** By which its engine's own programs know it; of a program's, its folder. */
  engineName: string
}
