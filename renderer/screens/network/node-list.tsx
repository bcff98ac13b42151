import { useState } from 'react'
import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import { Button, StateWord, Table } from '../../design/index.ts'
import { coresOf, formatLatency, formatMemory } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import type { Graph } from '../../topology/index.ts'
import type { Outputs } from '../../transport/index.ts'
import { type Marks, marksOf } from './namesakes.ts'
import { NameMark, NodeName } from './node-name.tsx'
import { nodeState, roleWord } from './node-words.ts'

type Peer = Outputs['peers']['list']['peers'][number]

/** A page of rows: enough to scroll, few enough to stay quick with thousands of nodes. */
const ROWS_PER_PAGE = 200

/** The map in words, for keyboard and screen reader, and for those who like tables. */
export function NodeList(props: {
  nodes: ClusterNode[]
  marks: Marks
  peers: Peer[]
  graph: Graph
}) {
  const { t } = useText()
  const [rows, setRows] = useState(ROWS_PER_PAGE)
  const sorted = [...props.nodes].sort(
    (a, b) => Number(b.self) - Number(a.self) || a.name.localeCompare(b.name),
  )
  const rest = sorted.length - rows
  const owners = marksOf(props.nodes.map(({ owner }) => owner))
  return (
    <div className="network-list">
      <Table
        columns={[
          t('network.column.name'),
          t('network.column.status'),
          t('network.column.role'),
          t('network.column.owner'),
          t('network.column.path'),
          t('network.column.runs'),
          t('network.column.free'),
        ]}
      >
        {sorted.slice(0, rows).map((node) => (
          <NodeRow
            key={node.id}
            node={node}
            marks={props.marks}
            owners={owners}
            peer={props.peers.find((peer) => peer.id === node.id)}
            runs={props.graph.byId.get(node.id)?.fruits.length ?? 0}
          />
        ))}
      </Table>
      {rest > 0 && (
        <Button onPress={() => setRows(rows + ROWS_PER_PAGE)}>
          {t('network.showMore', { count: Math.min(rest, ROWS_PER_PAGE) })}
        </Button>
      )}
    </div>
  )
}

function NodeRow({
  node,
  marks,
  owners,
  peer,
  runs,
}: {
  node: ClusterNode
  marks: Marks
  owners: Marks
  peer: Peer | undefined
  runs: number
}) {
  const { t, language } = useText()
  const state = nodeState(node, t)
  return (
    <tr>
      <th scope="row">
        <NodeName node={node} marks={marks} />
      </th>
      <td>
        <StateWord tone={state.tone}>{state.word}</StateWord>
      </td>
      <td>{roleWord(node, t)}</td>
      <td>
        {node.owner.name}
        <NameMark mark={owners.get(node.owner.id)} />
      </td>
      <td>
        {node.self ? '' : peer ? t(`network.path.${peer.path}`) : t('network.path.none')}
        {peer?.latencyMs !== undefined && (
          <span className="quiet figure"> · {formatLatency(peer.latencyMs, language)}</span>
        )}
      </td>
      <td className="figure">{runs}</td>
      <td className="figure">
        {t('workloads.facts.resourceText', {
          cpu: t('words.cores', { count: coresOf(node.allocatable.cpuMillis) }),
          memory: formatMemory(node.allocatable.memoryBytes, language),
        })}
      </td>
    </tr>
  )
}
