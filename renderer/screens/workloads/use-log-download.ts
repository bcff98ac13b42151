import { useState } from 'react'
import { copyName } from '../../../node-core/api/contract/index.ts'
import { saveText } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { type Kept, readKept } from './log-download.ts'
import { formatLine, type LogLine } from './log-lines.ts'
import type { GoneLog } from './use-kept-logs.ts'

/** How often a download says how far it is. */
const SAVING_TOLD_MS = 250

/** Into a file all that is kept, not only what the page holds. */
export function useLogDownload(
  of: Kept<GoneLog>,
  nameOf: (line: LogLine) => string,
): { saving: number | undefined; download: () => Promise<void> } {
  const { t } = useText()
  const { client, time, toasts } = useWorld()
  /** Lines that have come of a download under way. */
  const [saving, setSaving] = useState<number>()

  const tellMissing = (missing: readonly GoneLog[]): void => {
    const names = missing.map(({ index, nodeName }) => {
      return t('workloads.log.oneInstance', {
        copy: copyName(of.name, index),
        node: nodeName,
      })
    })
    const text = t('workloads.log.notAll', { count: missing.length })
    toasts.show({ tone: 'bad', text, detail: [...new Set(names)].join('; ') })
  }
  const download = async (): Promise<void> => {
    setSaving(0)
    try {
      const texts: string[] = []
      let told = time.now()
      const missing = await readKept(client, of, (line) => {
        texts.push(`${formatLine(line, nameOf(line))}\n`)
        if (time.now() - told < SAVING_TOLD_MS) return
        told = time.now()
        setSaving(texts.length)
      })
      if (missing.length > 0) tellMissing(missing)
      saveText(`${of.name}.log`, texts)
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setSaving(undefined)
  }
  return { saving, download }
}
