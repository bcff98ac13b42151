import { useState } from 'react'
import type { ClusterNode, Status } from '../../../node-core/api/contract/index.ts'
import { Button, StateWord, Table } from '../../design/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { DemoteDialog } from './demote-dialog.tsx'
import { called, type Marks } from './namesakes.ts'
import { NodeName } from './node-name.tsx'
import { nodeState } from './node-words.ts'
import { type VoteChange, voteChangesOf } from './vote-changes.ts'

type Primary = NonNullable<Status['primary']>

const DONE = {
  promote: 'registry.promoted',
  demote: 'registry.demoted',
  release: 'registry.released',
  transfer: 'registry.transferred',
} as const

/** First those who keep it, then those who might. */
export function RegistryTable(props: {
  nodes: ClusterNode[]
  marks: Marks
  status: Status
  primary: Primary
}) {
  const { t } = useText()
  const isAdmin = props.status.node.permissions.includes('admin')
  const rank = ({ committee, role }: ClusterNode): number => {
    if (!committee) return role === 'hypha' ? 4 : 3
    return ['leader', 'voter', 'learner'].indexOf(committee.role)
  }
  const sorted = props.nodes
    .filter((node) => node.liveness !== 'left' || node.committee)
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
  return (
    <Table
      className="registry-table"
      columns={[
        t('registry.column.name'),
        t('registry.column.part'),
        t('registry.column.state'),
        t('registry.column.behind'),
        t('registry.column.decided'),
        ...(isAdmin ? [t('registry.column.actions')] : []),
      ]}
    >
      {sorted.map((node) => (
        <Row key={node.id} node={node} {...props} isAdmin={isAdmin} />
      ))}
    </Table>
  )
}

interface RowProps {
  node: ClusterNode
  marks: Marks
  status: Status
  primary: Primary
}

function Row(props: RowProps & { isAdmin: boolean }) {
  const { node, marks, isAdmin } = props
  const { t } = useText()
  const state = nodeState(node, t)
  return (
    <tr>
      <th scope="row">
        <NodeName node={node} marks={marks} />
      </th>
      <td>
        {t(`registry.part.${node.committee?.role ?? 'none'}`)}
        {node.committee && node.backbone && (
          <span className="quiet">{t(`registry.kept.${node.backbone}`)}</span>
        )}
        {node.trust !== undefined && (
          <div>
            <StateWord tone="bad">{t('registry.lied', { trust: node.trust })}</StateWord>
          </div>
        )}
      </td>
      <td>
        <StateWord tone={state.tone}>{state.word}</StateWord>
      </td>
      <td className="figure">
        {node.committee?.silent ? (
          <StateWord tone="warn">{t('registry.copySilent')}</StateWord>
        ) : (
          behindOf(node, t)
        )}
      </td>
      <td>{node.vote ? t('registry.byPerson') : t('registry.byNetwork')}</td>
      {isAdmin && (
        <td>
          <Actions {...props} />
        </td>
      )}
    </tr>
  )
}

function behindOf({ committee }: ClusterNode, t: Text): string {
  if (!committee) return ''
  if (committee.role === 'leader' || committee.lag === 0) return t('registry.upToDate')
  return committee.lag === undefined
    ? t('registry.unknown')
    : t('registry.behind', { count: committee.lag })
}

function Actions({ node, marks, status: { network }, primary }: RowProps) {
  const { t } = useText()
  const { client, toasts, nodes, status } = useWorld()
  const [busy, setBusy] = useState<VoteChange>()
  const [asking, setAsking] = useState(false)
  const name = called(node, marks)

  const change = async (what: VoteChange): Promise<void> => {
    setBusy(what)
    try {
      await client().primary[what]({ id: node.id })
      toasts.show({ text: t(DONE[what], { name }) })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
    setBusy(undefined)
    nodes.refresh()
    status.refresh()
  }
  const press = (what: VoteChange): void => {
    if (what === 'demote') setAsking(true)
    else void change(what)
  }
  return (
    <div className="row-actions">
      {voteChangesOf(node, network?.consensus).map((what) => (
        <Button
          key={what}
          busy={busy === what}
          disabled={!primary.inForce}
          onPress={() => press(what)}
        >
          {t(`registry.${what}`)}
        </Button>
      ))}
      {asking && (
        <DemoteDialog
          name={name}
          isLast={primary.voters.length === 1}
          onClose={() => setAsking(false)}
          onDemote={() => void change('demote')}
        />
      )}
    </div>
  )
}
