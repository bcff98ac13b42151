import { useState } from 'react'
import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { Button, Disclosure, ProblemPanel, TextArea } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { useWorld } from '../../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../../transport/index.ts'
import { isUnread, useDraft, useDraftStore, withWorkloads } from '../draft/index.ts'
import { ImportReport } from './import-report.tsx'

type Imported = Outputs['workloads']['import']

interface Answer {
  /** The text that was read. */
  to: string
  imported?: Imported
  problem?: Problem
}

const NO_ANSWER: Omit<Answer, 'to'> = {}

/** What was written for something else: read first, told line by line, then part of the draft. */
export function Bring() {
  const { t } = useText()
  const { client } = useWorld()
  const { change: changeDraft } = useDraftStore()
  const unread = isUnread(useDraft())
  const [text, setText] = useState('')
  const [answer, setAnswer] = useState<Answer>()
  const [busy, setBusy] = useState(false)

  const read = async (): Promise<void> => {
    setBusy(true)
    setAnswer(undefined)
    try {
      setAnswer({ to: text, imported: await client().workloads.import({ text }) })
    } catch (error) {
      setAnswer({ to: text, problem: toProblem(error) })
    } finally {
      setBusy(false)
    }
  }
  const take = (workloads: readonly DeployInput[]): void => {
    changeDraft((now) => withWorkloads(now, [...now.workloads, ...workloads]))
    setText('')
  }

  // What was read of another text is not what somebody sees.
  const { imported, problem } = answer?.to === text ? answer : NO_ANSWER
  const refused = imported?.report.some(({ verdict }) => verdict === 'refused') ?? false
  const count = imported?.workloads.length ?? 0
  return (
    <Disclosure title={t('deploy.bring.title')}>
      <div className="bring">
        <TextArea
          label={t('deploy.bring.text')}
          hint={t('deploy.bring.hint')}
          value={text}
          onChange={setText}
          rows={10}
          mono
        />
        <Button onPress={() => void read()} disabled={text.trim() === ''} busy={busy}>
          {t('deploy.bring.read')}
        </Button>
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
            {!refused && count === 0 && (
              <p className="preview-short">{t('deploy.bring.nothing')}</p>
            )}
            {unread && <p className="preview-short">{t('deploy.bring.textUnread')}</p>}
            <Button
              onPress={() => take(imported.workloads)}
              disabled={refused || unread || count === 0}
            >
              {count === 0 ? t('deploy.bring.takeNone') : t('deploy.bring.take', { count })}
            </Button>
          </>
        )}
      </div>
    </Disclosure>
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
