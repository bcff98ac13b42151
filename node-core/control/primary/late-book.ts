/** Reports of late writes in the home, one for each log that was overruled, until a person has seen them. */
import type { Disk } from '../../base/disk/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import { encodeReport, type LateReport, parseReport } from './late.ts'

export interface LateBook {
  list(): readonly LateReport[]
  /** On disk when it resolves. */
  keep(report: LateReport): Promise<void>
  /** False where there is none of that era. */
  discard(era: number): Promise<boolean>
  start(): Promise<void>
}

const FOLDER = 'registry/late'

export function createLateBook({ disk, logger }: { disk: Disk; logger: Logger }): LateBook {
  let reports: LateReport[] = []
  const fileOf = ({ era, overruledBy }: LateReport): string =>
    `${FOLDER}/era-${era}-${overruledBy.slice(0, 8)}.cbor`

  return {
    list: () => reports,
    async keep(report) {
      await disk.writeAtomic(fileOf(report), encodeReport(report), { mode: 0o600 })
      reports = [...reports.filter((one) => fileOf(one) !== fileOf(report)), report]
    },
    async discard(era) {
      const gone = reports.filter((report) => report.era === era)
      for (const report of gone) await disk.remove(fileOf(report))
      reports = reports.filter((report) => report.era !== era)
      return gone.length > 0
    },
    async start() {
      const names = await disk.list(FOLDER)
      const read = names.map((name) =>
        disk
          .read(`${FOLDER}/${name}`)
          .then((bytes) => (bytes && parseReport(bytes)) ?? [])
          .catch((error: unknown) => {
            // The node must start all the same; the file stays for whoever can read it.
            logger.error('A report cannot be read.', { name, error: messageOf(error) })
            return []
          }),
      )
      reports = (await Promise.all(read)).flat()
    },
  }
}
