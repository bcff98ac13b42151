import { useState } from 'react'
import { Button, Disclosure, ProblemPanel, TextArea } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import { ImportReport } from './import-report.tsx'

type Imported = Outputs['workloads']['import']

/** What was written for something else: read first, told line by line, deployed when told to. */
export function Bring({ onDeployed }: { onDeployed: (name: string) => void }) {
  const { t } = useText()
  const { client, workloads } = useWorld()
  const [text, setText] = useState('')
  const [imported, setImported] = useState<Imported>()
  const [problem, setProblem] = useState<Problem>()
  const [done, setDone] = useState<string[]>([])
  const [busy, setBusy] = useState(false)

  const during = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      await work()
    } catch (error) {
      setProblem(toProblem(error))
    } finally {
      setBusy(false)
    }
  }
  const read = () =>
    during(async () => {
      setImported(undefined)
      setImported(await client().workloads.import({ text }))
    })
  const deploy = () =>
    during(async () => {
      const names: string[] = []
      for (const manifest of imported?.workloads ?? []) {
        names.push((await client().workloads.deploy(manifest)).name)
        setDone([...names])
        workloads.refresh()
      }
      const last = names.at(-1)
      if (last !== undefined) onDeployed(last)
    })
  const change = (next: string): void => {
    setText(next)
    setImported(undefined)
    setDone([])
    setProblem(undefined)
  }

  const refused = imported?.report.some(({ verdict }) => verdict === 'refused') ?? false
  const count = imported?.workloads.length ?? 0
  return (
    <Disclosure title={t('deploy.bring.title')}>
      <div className="bring">
        <TextArea
          label={t('deploy.bring.text')}
          hint={t('deploy.bring.hint')}
          value={text}
          onChange={change}
          rows={10}
          mono
        />
        <Button onPress={() => void read()} disabled={text.trim() === ''} busy={busy && !imported}>
          {t('deploy.bring.read')}
        </Button>
        {problem && (
          <ProblemPanel title={t(imported ? 'deploy.problem' : 'deploy.bring.unread')}>
            {problem.fields[0]?.message ?? problem.message}{' '}
            {done.length > 0 && t('deploy.bring.partly', { names: done.join(', ') })}
          </ProblemPanel>
        )}
        {imported && (
          <>
            <ImportReport lines={imported.report} />
            <BroughtFiles workloads={imported.workloads} />
            {refused && <p className="preview-short">{t('deploy.bring.refused')}</p>}
            <Button
              icon="deploy"
              onPress={() => void deploy()}
              disabled={refused || count === 0}
              busy={busy}
            >
              {t('deploy.bring.go', { count })}
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
