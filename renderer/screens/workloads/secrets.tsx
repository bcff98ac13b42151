import { useCallback, useState } from 'react'
import type { SecretView } from '../../../node-core/api/contract/index.ts'
import { Button, ProblemPanel, Table, Waiting } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { useAnswer } from '../../state/index.ts'
import type { NodeClient } from '../../transport/index.ts'
import { DeleteSecretDialog, SecretDialog } from './secret-dialogs.tsx'

/** Names and readers of a workload's secrets. No value ever comes here: the node has none to give. */
export function Secrets(props: { workload: string; mayChange: boolean; isGone?: boolean }) {
  const { workload, mayChange, isGone = false } = props
  const { t } = useText()
  const [adding, setAdding] = useState(false)
  const ask = useCallback(
    async (node: NodeClient) => (await node.secrets.list({ prefix: `${workload}/` })).secrets,
    [workload],
  )
  const { answer: secrets, problem, reload: load } = useAnswer(ask)

  if (problem) {
    return <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
  }
  // They outlive the workload, and stand in the way of another that is to hold something else.
  if (isGone && !secrets?.length) return null
  if (!secrets) return <Waiting label={t('words.loading')} />
  const add = (
    <Button icon="plus" onPress={() => setAdding(true)}>
      {t('workloads.secret.add')}
    </Button>
  )
  return (
    <div className="secrets">
      {isGone && <h2>{t('workloads.secret.ofGone')}</h2>}
      <p className="quiet">{t('workloads.secret.intro')}</p>
      {secrets.length === 0 ? (
        <p>{t('workloads.secret.none')}</p>
      ) : (
        <SecretTable workload={workload} secrets={secrets} mayChange={mayChange} onChanged={load} />
      )}
      {mayChange && <div>{add}</div>}
      {adding && (
        <SecretDialog workload={workload} onClose={() => setAdding(false)} onSaved={load} />
      )}
    </div>
  )
}

function SecretTable(props: {
  workload: string
  secrets: SecretView[]
  mayChange: boolean
  onChanged: () => Promise<void>
}) {
  const { t } = useText()
  return (
    <Table
      columns={[
        t('workloads.secret.column.name'),
        t('workloads.secret.column.version'),
        t('workloads.secret.column.readers'),
        ...(props.mayChange ? [t('workloads.secret.column.actions')] : []),
      ]}
    >
      {props.secrets.map((secret) => (
        <Row key={secret.name} {...props} secret={secret} />
      ))}
    </Table>
  )
}

function Row(props: {
  workload: string
  secret: SecretView
  mayChange: boolean
  onChanged: () => Promise<void>
}) {
  const { workload, secret, mayChange, onChanged } = props
  const { t } = useText()
  const [asking, setAsking] = useState<'replace' | 'delete'>()
  // Its first part is the workload's name as it is kept.
  const name = secret.name.slice(secret.name.indexOf('/') + 1)
  const close = (): void => setAsking(undefined)
  return (
    <tr>
      <th scope="row">{name}</th>
      <td className="figure">{secret.version}</td>
      <td>{readersOf(secret, t)}</td>
      {mayChange && (
        <td>
          <div className="row-actions">
            <Button onPress={() => setAsking('replace')}>{t('workloads.secret.replace')}</Button>
            <Button onPress={() => setAsking('delete')}>{t('workloads.secret.delete')}</Button>
          </div>
          {asking === 'replace' && (
            <SecretDialog workload={workload} name={name} onClose={close} onSaved={onChanged} />
          )}
          {asking === 'delete' && (
            <DeleteSecretDialog
              workload={workload}
              name={name}
              onClose={close}
              onDeleted={onChanged}
            />
          )}
        </td>
      )}
    </tr>
  )
}

function readersOf({ readers }: SecretView, t: Text): string {
  if (readers.length === 0) return t('workloads.secret.nobody')
  return readers
    .map(({ id, name = id.slice(0, 8), state }) => t(`workloads.secret.reader.${state}`, { name }))
    .join(', ')
}
