/** Named volumes of the engine. */
import { z } from 'zod'
import { type Ask, diskUseOf } from './engine-answers.ts'
import { statusOf } from './engine-errors.ts'
import { START_MS } from './limits.ts'

export interface EngineVolume {
  name: string
  labels: Readonly<Record<string, string>>
  createdAtMs: number
}

export interface EngineVolumes {
  volumes(labelFilter: string[]): Promise<EngineVolume[]>
  /** Bytes of all volumes by name. It counts files, and takes its time. */
  volumeSizes(wanted?: AbortSignal): Promise<ReadonlyMap<string, number>>
  /** With what is in it; nothing when there is none. */
  removeVolume(name: string): Promise<void>
}

const volumeList = z.array(
  z.object({
    Name: z.string(),
    Labels: z.record(z.string(), z.string()).nullish(),
    CreatedAt: z.string().optional(),
  }),
)
const diskUse = z.object({
  Volumes: z
    .array(z.object({ Name: z.string(), UsageData: z.object({ Size: z.number() }).nullish() }))
    .nullish(),
})

/** @param ask One answer in time, with the engine's refusals in our codes. */
export function engineVolumes(ask: Ask): EngineVolumes {
  return {
    async volumes(labelFilter) {
      const { Volumes } = await ask((docker, abortSignal) =>
        docker.listVolumes({ filters: { label: labelFilter }, abortSignal }),
      )
      return volumeList.parse(Volumes ?? []).map(({ Name, Labels, CreatedAt }) => {
        const createdAtMs = Date.parse(CreatedAt ?? '')
        return { name: Name, labels: Labels ?? {}, createdAtMs: createdAtMs || 0 }
      })
    },

    async volumeSizes(wanted) {
      const answer = await ask(
        (docker, late) =>
          diskUseOf(docker, 'volume', wanted ? AbortSignal.any([late, wanted]) : late),
        { timeoutMs: START_MS },
      )
      const { Volumes } = diskUse.parse(answer)
      return new Map(
        (Volumes ?? []).flatMap(({ Name, UsageData }) => {
          return UsageData && UsageData.Size >= 0 ? [[Name, UsageData.Size] as const] : []
        }),
      )
    },

    async removeVolume(name) {
      await ask((docker) => docker.getVolume(name).remove()).catch((error) => {
        if (statusOf(error) !== 404) throw error
      })
    },
  }
}
