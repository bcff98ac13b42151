/** Reports of late writes in the home, one for each log that was overruled, until a person has seen them. */
import type { Disk } from '../../base/disk/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { toEra } from '../succession/index.ts'
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
      const read = names.map(async (name) => {
        try {
          const bytes = await disk.read(`${FOLDER}/${name}`)
          const report = bytes && parseReport(bytes)
          if (report) return report
          logger.error('A report cannot be read.', { name })
        } catch (error) {
          // The node must start all the same.
          logger.error('A report cannot be read.', { name, error: messageOf(error) })
        }
        return unreadableReport(name)
      })
      reports = (await Promise.all(read)).flat()
    },
  }
}

/** That there was one is told all the same, and the file stays for whoever can read it. */
function unreadableReport(name: string): LateReport[] {
  const [, era, overruledBy] = /^era-(\d{1,9})-([0-9a-f]{8})\.cbor$/.exec(name) ?? []
  if (era === undefined || overruledBy === undefined) return []
  return [
    {
      ...{ era: toEra(Number(era)), overruledBy, atMs: 0, common: 0 as LogIndex },
      ...{ compacted: false, unreadable: true, altered: false, commands: [], rows: [] },
    },
  ]
}
