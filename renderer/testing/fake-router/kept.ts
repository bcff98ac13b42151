import { ORPCError } from '@orpc/server'
import { minutesAgo } from '../shapes.ts'
import { type Fake, os } from './fake.ts'

/** What is kept for workloads: secrets, their copies' data, and room. */
export function keptOf({ scenario }: Fake) {
  return {
    secrets: {
      list: os.secrets.list.handler(({ input }) => ({
        secrets: scenario.secrets.filter(({ name }) => name.startsWith(input.prefix)),
        more: false,
      })),
      set: os.secrets.set.handler(({ input }) => {
        const before = scenario.secrets.find(({ name }) => name === input.name)
        if (before && input.version === 0) {
          throw new ORPCError('CONFLICT', { message: 'There is one of this name.' })
        }
        const readers = before?.readers ?? []
        const secret = { name: input.name, version: (before?.version ?? 0) + 1, readers }
        scenario.secrets = [...scenario.secrets.filter((one) => one !== before), secret]
        return secret
      }),
      delete: os.secrets.delete.handler(({ input }) => {
        scenario.secrets = scenario.secrets.filter(({ name }) => name !== input.name)
        return {}
      }),
    },
    space: {
      show: os.space.show.handler(() => ({
        ...{ budgetBytes: 20 * 2 ** 30, usedBytes: scenario.usedBytes ?? 3_400_000_000 },
        reclaimableBytes: scenario.reclaimableBytes,
        kept: [],
      })),
      reclaim: os.space.reclaim.handler(() => {
        const freedBytes = scenario.reclaimableBytes
        scenario.reclaimableBytes = 0
        return { freedBytes, dropped: [], stayed: [] }
      }),
    },
    volumes: {
      list: os.volumes.list.handler(() => ({ volumes: scenario.volumes })),
      delete: os.volumes.delete.handler(({ input }) => {
        const [deletedAt, untilAt] = [0, -43_200].map(minutesAgo)
        scenario.volumes = scenario.volumes.flatMap((volume) => {
          if (volume.id !== input.id) return [volume]
          return input.forGood || input.giveUp
            ? []
            : [{ ...volume, state: 'deleted', deletedAt, untilAt }]
        })
        return {}
      }),
      restore: os.volumes.restore.handler(({ input }) => {
        scenario.volumes = scenario.volumes.map((volume) => {
          if (volume.id !== input.id) return volume
          const { deletedAt: _, untilAt: __, ...rest } = volume
          return { ...rest, state: 'kept' }
        })
        return {}
      }),
      listLeft: os.volumes.listLeft.handler(() => ({ volumes: scenario.leftVolumes })),
      deleteLeft: os.volumes.deleteLeft.handler(({ input }) => {
        scenario.leftVolumes = scenario.leftVolumes.filter(({ id }) => id !== input.id)
        return {}
      }),
    },
  }
}
