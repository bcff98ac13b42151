import { useCallback, useState } from 'react'
import {
  copyName,
  type JobRunView,
  type WorkloadView,
} from '../../../node-core/api/contract/index.ts'
import { Button, Empty, ProblemPanel, StateWord, Table, Waiting } from '../../design/index.ts'
import { formatAgo } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { asSaid, useAnswer, useWorld } from '../../state/index.ts'
import { type NodeClient, toProblem } from '../../transport/index.ts'
import { runReason, runTone } from './workload-words.ts'

/** Runs of a job and how they went, the latest first. */
export function Runs({ workload, mayChange }: { workload: WorkloadView; mayChange: boolean }) {
  const { t } = useText()
  const { name } = workload
  const ask = useCallback(
    async (node: NodeClient) => (await node.workloads.runs({ name })).runs,
    [name],
  )
  const { answer: runs, problem, reload } = useAnswer(ask)

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  if (!runs) return <Waiting label={t('words.loading')} />
  return (
    <div className="versions">
      {mayChange && <RunActs workload={workload} onBegun={reload} />}
      {runs.length === 0 ? (
        <Empty icon="box" title={t('workloads.run.none')} />
      ) : (
        <RunTable name={name} runs={runs} />
      )}
    </div>
  )
}

/** Begins a run now, and holds the schedule or lets it go on. */
function RunActs(props: { workload: WorkloadView; onBegun: () => Promise<void> }) {
  const { name, job } = props.workload
  const { t } = useText()
  const { client, workloads, toasts } = useWorld()
  const [busy, setBusy] = useState<'run' | 'pause'>()
  const act = async (which: 'run' | 'pause', work: () => Promise<string>): Promise<void> => {
    setBusy(which)
    try {
      toasts.show({ text: await work() })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setBusy(undefined)
  }
  const runNow = () =>
    act('run', async () => {
      const { run } = await client().workloads.run({ name })
      await props.onBegun()
      return t('workloads.run.began', { name, number: run })
    })
  const pause = (paused: boolean) =>
    act('pause', async () => {
      const said = await client().workloads.change({ name, job: { schedule: { paused } } })
      const all = workloads.store.getState().data ?? []
      workloads.put(all.map((each) => (each.name === name ? asSaid(said) : each)))
      return t(`workloads.run.${paused ? 'paused' : 'goesOn'}`, { name })
    })
  const isPaused = job?.schedule?.paused ?? false
  return (
    <div className="page-actions">
      <Button icon="play" busy={busy === 'run'} onPress={() => void runNow()}>
        {t('workloads.run.now')}
      </Button>
      {job?.schedule && (
        <Button busy={busy === 'pause'} onPress={() => void pause(!isPaused)}>
          {t(`workloads.run.${isPaused ? 'goOn' : 'pause'}`)}
        </Button>
      )}
    </div>
  )
}

function RunTable({ name, runs }: { name: string; runs: readonly JobRunView[] }) {
  const { t } = useText()
  return (
    <Table
      columns={[
        t('workloads.run.column.run'),
        t('workloads.run.column.outcome'),
        t('workloads.run.column.when'),
        t('workloads.run.column.slots'),
      ]}
    >
      {runs.map((run) => (
        <RunRow key={run.run} name={name} run={run} />
      ))}
    </Table>
  )
}

function RunRow({ name, run }: { name: string; run: JobRunView }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const reason = runReason(run)
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
              copy: copyName(name, result.index),
              node: result.nodeName,
              code: result.exitCode ?? '?',
            })}{' '}
            {result.attempt > 1 && t('workloads.run.attempt', { attempt: result.attempt })}
          </p>
        ))}
        {reason && <p className="quiet">{t(`workloads.run.why.${reason}`)}</p>}
      </td>
    </tr>
  )
}
