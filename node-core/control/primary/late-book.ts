/** Reports of late writes in the home, one for each log or copy that was overruled, until a person has seen them. */
import type { Disk } from '../../base/disk/index.ts'
import { messageOf } from '../../base/errors/index.ts'
import type { Logger } from '../../base/log/index.ts'
import type { LogIndex } from '../consensus/index.ts'
import { toEra } from '../succession/index.ts'
import { encodeReport, type LateReport, parseReport } from './late.ts'
import type { LogName } from './log-name.ts'

/** What it is that was overruled: one era may leave a log and a copy that followed, each with its own. */
export type LateSource = `${'log' | 'followed'}${LogName}`

export interface LateBook {
  list(): readonly LateReport[]
  /** On disk when it resolves. In place of what was told of the same source and mandate. */
  keep(report: LateReport, source: LateSource): Promise<void>
  /** False where there is none of that era. */
  discard(era: number): Promise<boolean>
  start(): Promise<void>
}

const FOLDER = 'registry/late'

export function createLateBook({ disk, logger }: { disk: Disk; logger: Logger }): LateBook {
  let kept = new Map<string, LateReport>()

  return {
    list: () => [...kept.values()],
    async keep(report, source) {
      const name = `era-${report.era}-${report.overruledBy.slice(0, 8)}-${source}.cbor`
      await disk.writeAtomic(`${FOLDER}/${name}`, encodeReport(report), { mode: 0o600 })
      kept = new Map([...kept, [name, report]])
    },
    async discard(era) {
      const gone = [...kept].flatMap(([name, report]) => (report.era === era ? [name] : []))
      for (const name of gone) await disk.remove(`${FOLDER}/${name}`)
      kept = new Map([...kept].filter(([name]) => !gone.includes(name)))
      return gone.length > 0
    },
    async start() {
      const names = await disk.list(FOLDER)
      const read = names.map(async (name): Promise<[string, LateReport][]> => {
        try {
          const bytes = await disk.read(`${FOLDER}/${name}`)
          const report = bytes && parseReport(bytes)
          if (report) return [[name, report]]
          logger.error('A report cannot be read.', { name })
        } catch (error) {
          // The node must start all the same.
          logger.error('A report cannot be read.', { name, error: messageOf(error) })
        }
        return unreadableReport(name).map((report) => [name, report])
      })
      kept = new Map((await Promise.all(read)).flat())
    },
  }
}

/** That there was one is told all the same, and the file stays for whoever can read it. */
function unreadableReport(name: string): LateReport[] {
  const [, era, overruledBy] = /^era-(\d{1,9})-([0-9a-f]{8})(?:-[\w-]+)?\.cbor$/.exec(name) ?? []
  if (era === undefined || overruledBy === undefined) return []
  return [
    {
      ...{ era: toEra(Number(era)), overruledBy, atMs: 0, common: 0 as LogIndex },
      ...{ compacted: false, unreadable: true, altered: false, commands: [], rows: [] },
    },
  ]
}
