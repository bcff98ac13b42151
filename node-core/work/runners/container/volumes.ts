/**
 * Volumes of instances as the engine's own named ones: it makes them where its containers are, fills a
 * new one with what the image has at that place, and keeps them when containers go (docs/adr/0033).
 */
import type { Clock } from '../../../base/clock/index.ts'
import { MyceliumError } from '../../../base/errors/index.ts'
import type { NodeVolumes, StartRequest, VolumeStore } from '../index.ts'
import { createEngine, type Engine } from './engine.ts'
import { networkOf, nodeFilter, ownerFilter, parseLabels, type Whose } from './labels.ts'
import { type Located, locate } from './socket.ts'
import { engineName, parseVolumeLabels } from './volume-mounts.ts'

/** Two must not write one volume, whatever the plan knows: an old container may not have ended. */
export async function refuseSecondWriter(
  engine: Engine,
  whose: Whose,
  { id, index, workload }: StartRequest,
): Promise<void> {
  for (const container of await engine.list(ownerFilter(whose))) {
    const found = parseLabels(container.labels)
    const same = found?.workload === workload.name && found.index === index && found.id !== id
    if (!same || container.state !== 'running') continue
    throw new MyceliumError('VOLUME_IN_USE', `${found.id} still runs and has its volumes.`)
  }
}

export function createVolumeStore(engine: Engine, whose: Whose): VolumeStore {
  return {
    async list() {
      const found = await engine.volumes(ownerFilter(whose))
      return found.flatMap(
        ({ labels, createdAtMs }) => parseVolumeLabels(labels, createdAtMs) ?? [],
      )
    },
    async usage(wanted) {
      const prefix = engineName(whose, '')
      const sizes = await engine.volumeSizes(wanted)
      return new Map(
        [...sizes]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, bytes]) => [name.slice(prefix.length), bytes]),
      )
    },
    remove: (id) => engine.removeVolume(engineName(whose, id)),
  }
}

export function createNodeVolumes(node: string, clock: Clock, at: Located): NodeVolumes {
  const engine = createEngine(() => locate(at), clock)
  return {
    async list() {
      const found = await engine.volumes(nodeFilter(node))
      return found.flatMap(({ name, labels, createdAtMs }) => {
        const network = networkOf(labels)
        const stored = parseVolumeLabels(labels, createdAtMs)
        if (network === undefined || !stored) return []
        return [{ ...stored, network, node, engineName: name }]
      })
    },
    usage: (wanted) => engine.volumeSizes(wanted),
    remove: (volume) => engine.removeVolume(volume.engineName),
  }
}
