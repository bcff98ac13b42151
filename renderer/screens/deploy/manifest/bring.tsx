import { useEffect, useRef } from 'react'
import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { Button, FileButton, ProblemPanel, TextArea } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { isUnread, useDraft, useDraftStore, withWorkloads } from '../draft/index.ts'
import { ImportReport } from './import-report.tsx'
import type { Bringing, Imported } from './use-bringing.ts'

/** Of what the node reads at most, with one more by which it knows that it is too much. */
const FILE_BYTES_READ_MAX = 131_073

/** What was written for something else: read first, told line by line, then part of the draft. */
export function Bring({ bringing }: { bringing: Bringing }) {
  const { t } = useText()
  const { change: changeDraft } = useDraftStore()
  const unread = isUnread(useDraft())
  const { text, setText, read, busy, imported, problem } = bringing
  const place = useRef<HTMLElement>(null)
  const isRead = imported !== undefined || problem !== undefined
  // It may have been read by a button further up, which is gone.
  useEffect(() => {
    if (isRead) place.current?.scrollIntoView({ block: 'start' })
  }, [isRead])

  const take = (workloads: readonly DeployInput[]): void => {
    changeDraft((now) => withWorkloads(now, [...now.workloads, ...workloads]))
    setText('')
  }
  const refused = imported?.report.some(({ verdict }) => verdict === 'refused') ?? false
  const count = imported?.workloads.length ?? 0
  return (
    <section className="bring" ref={place}>
      <h2>{t('deploy.bring.title')}</h2>
      <TextArea
        label={t('deploy.bring.text')}
        hint={t('deploy.bring.hint')}
        value={text}
        onChange={setText}
        rows={10}
        mono
      />
      <div className="bring-actions">
        <FileButton
          label={t('deploy.bring.file')}
          onFile={(file) => void file.slice(0, FILE_BYTES_READ_MAX).text().then(setText)}
        />
        <Button onPress={() => void read(text)} disabled={text.trim() === ''} busy={busy}>
          {t('deploy.bring.read')}
        </Button>
      </div>
      {problem && (
        <ProblemPanel title={t('deploy.bring.unread')}>
          {problem.fields[0]?.message ?? problem.message}
        </ProblemPanel>
      )}
      {imported && (
        <>
          <ImportReport lines={imported.report} />
          <BroughtFiles workloads={imported.workloads} />
          {refused && <p className="preview-short">{t('deploy.bring.refused')}</p>}
          {imported.report.some(({ code }) => code === 'file-needed') && (
            <p className="preview-short">{t('deploy.bring.filesBeside')}</p>
          )}
          {!refused && count === 0 && <p className="preview-short">{t('deploy.bring.nothing')}</p>}
          {unread && <p className="preview-short">{t('deploy.bring.textUnread')}</p>}
          <Button
            onPress={() => take(imported.workloads)}
            disabled={refused || unread || count === 0}
          >
            {count === 0 ? t('deploy.bring.takeNone') : t('deploy.bring.take', { count })}
          </Button>
        </>
      )}
    </section>
  )
}

/** What of the text, or beside it, the copies of each workload find as files. */
function BroughtFiles({ workloads }: Pick<Imported, 'workloads'>) {
  const { t } = useText()
  return workloads.map(({ name = '', containers = [] }) => {
    const paths = containers.flatMap(({ files = [] }) => files.map(({ path }) => path))
    if (paths.length === 0) return null
    return <p key={name}>{t('deploy.bring.files', { name, paths: paths.join(', ') })}</p>
  })
}
