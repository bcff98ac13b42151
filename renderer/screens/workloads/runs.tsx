import { useEffect, useState } from 'react'
import type { JobRunView, WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, Empty, ProblemPanel, StateWord, Waiting } from '../../design/index.ts'
import { formatAgo } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Problem, toProblem } from '../../transport/index.ts'
import { runTone } from './workload-words.ts'

/** Runs of a job and how they went, the latest first. */
export function Runs({ workload, mayChange }: { workload: WorkloadView; mayChange: boolean }) {
  const { t } = useText()
  const { client, toasts } = useWorld()
  const [runs, setRuns] = useState<JobRunView[]>()
  const [problem, setProblem] = useState<Problem>()
  const { name } = workload
  // biome-ignore lint/correctness/useExhaustiveDependencies: any change of it may be a run's.
  useEffect(() => {
    let current = true
    client()
      .workloads.runs({ name })
      .then((answer) => current && setRuns(answer.runs))
      .catch((error) => current && setProblem(toProblem(error)))
    return () => {
      current = false
    }
  }, [client, name, workload])

  const runNow = async (): Promise<void> => {
    try {
      const { run } = await client().workloads.run({ name })
      toasts.show({ text: t('workloads.run.began', { name, number: run }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!runs) return <Waiting label={t('words.loading')} />
  return (
    <div className="versions">
      {mayChange && (
        <div>
          <Button icon="play" onPress={() => void runNow()}>
            {t('workloads.run.now')}
          </Button>
        </div>
      )}
      {runs.length === 0 ? (
        <Empty icon="box" title={t('workloads.run.none')} />
      ) : (
        <RunTable runs={runs} />
      )}
    </div>
  )
}

function RunTable({ runs }: { runs: readonly JobRunView[] }) {
  const { t } = useText()
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('workloads.run.column.run')}</th>
          <th scope="col">{t('workloads.run.column.outcome')}</th>
          <th scope="col">{t('workloads.run.column.when')}</th>
          <th scope="col">{t('workloads.run.column.slots')}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <RunRow key={run.run} run={run} />
        ))}
      </tbody>
    </table>
  )
}

function RunRow({ run }: { run: JobRunView }) {
  const { t, language } = useText()
  const { time } = useWorld()
  return (
    <tr>
      <th scope="row">{t('workloads.run.number', { number: run.run })}</th>
      <td>
        <StateWord tone={runTone(run.outcome)}>
          {t(`workloads.run.outcome.${run.outcome}`)}
        </StateWord>
      </td>
      <td>{formatAgo(run.endedAt ?? run.dueAt, time.now(), language)}</td>
      <td>
        {run.results.map((result) => (
          <p key={result.index} className="quiet">
            {t(`workloads.run.result.${result.outcome}`, {
              slot: result.index + 1,
              node: result.nodeName,
              attempt: result.attempt,
              code: result.exitCode ?? '?',
            })}
          </p>
        ))}
      </td>
    </tr>
  )
}
