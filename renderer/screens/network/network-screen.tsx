import { useDeferredValue, useMemo, useState } from 'react'
import type { ClusterNode, Status } from '../../../node-core/api/contract/index.ts'
import {
  Button,
  Empty,
  Icon,
  ProblemPanel,
  SearchField,
  Segmented,
  Waiting,
} from '../../design/index.ts'
import { formatCount } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { type Route, useResource, useWorld } from '../../state/index.ts'
import { buildGraph, TopologyView } from '../../topology/index.ts'
import { ProposalsView, WaitingProposals } from '../proposals/index.ts'
import { Legend } from './legend.tsx'
import './network.css'
import { matchNodes, type NodeFilter } from './match.ts'
import { calledInShort, type Marks, marksOf } from './namesakes.ts'
import { NodeList } from './node-list.tsx'
import { NodePanel } from './node-panel.tsx'
import { People } from './people.tsx'
import { RegistryView } from './registry-view.tsx'

type NetworkRoute = Extract<Route, { at: 'network' }>

interface NetworkScreenProps {
  status: Status
  route: NetworkRoute
  onInvite: () => void
}

export function NetworkScreen({ status, route, onInvite }: NetworkScreenProps) {
  const { t } = useText()
  const world = useWorld()
  const { data: nodes, problem } = useResource(world.nodes)
  const [query, setQuery] = useState('')
  const [filter, setFilter] = useState<NodeFilter>('all')
  const wanted = useDeferredValue(query)
  const matches = useMemo(() => matchNodes(nodes ?? [], wanted, filter), [nodes, wanted, filter])
  const choose = (node: string | undefined): void => {
    world.route.go(node ? { ...route, node } : { at: 'network', view: route.view })
  }
  const marks = useMemo(() => marksOf(nodes ?? []), [nodes])
  const chosen = nodes?.find((node) => node.id === route.node)
  const isOfNodes = route.view === 'map' || route.view === 'list'
  const mayInvite = status.node.permissions.some((each) => each === 'invite' || each === 'admin')

  return (
    <main className="network" id="content" tabIndex={-1}>
      <header className="network-header">
        <div className="network-title">
          <h1>{status.network?.name}</h1>
          {nodes && <Summary nodes={nodes} />}
        </div>
        <div className="page-actions">
          <ViewChoice route={route} />
          {mayInvite && (
            <Button kind="primary" icon="invite" onPress={onInvite}>
              {t('network.invite')}
            </Button>
          )}
        </div>
      </header>
      {isOfNodes && (
        <div className="network-tools">
          <SearchField
            label={t('network.search')}
            clearLabel={t('words.clear')}
            value={query}
            onChange={setQuery}
          />
          <FilterChoice value={filter} onChange={setFilter} />
        </div>
      )}
      {route.view !== 'people' && <WaitingPeople />}
      {route.view !== 'proposals' && <WaitingProposals />}
      <div className="network-body">
        {route.view === 'people' ? (
          <People status={status} />
        ) : route.view === 'proposals' ? (
          <ProposalsView status={status} />
        ) : route.view === 'registry' ? (
          <RegistryView {...{ status, onInvite, mayInvite }} />
        ) : nodes ? (
          <NodesView {...{ nodes, marks, route, matches, choose, mayInvite, onInvite }} />
        ) : problem ? (
          <div className="network-pad">
            <ProblemPanel title={t('shell.loadProblem')}>{problem.message}</ProblemPanel>
          </div>
        ) : (
          <div className="network-pad">
            <Waiting label={t('words.loading')} />
          </div>
        )}
        {chosen && isOfNodes && (
          <NodePanel
            key={chosen.id}
            node={chosen}
            marks={marks}
            status={status}
            onClose={() => choose(undefined)}
          />
        )}
      </div>
    </main>
  )
}

function NodesView(props: {
  nodes: ClusterNode[]
  marks: Marks
  route: NetworkRoute
  matches: ReadonlySet<string> | undefined
  choose: (id: string | undefined) => void
  mayInvite: boolean
  onInvite: () => void
}) {
  const { nodes, marks, route, matches, choose } = props
  const { t, language } = useText()
  const world = useWorld()
  const peers = useResource(world.peers).data
  const workloads = useResource(world.workloads).data
  const graph = useMemo(() => {
    const named = nodes.map((node) => {
      return marks.has(node.id) ? { ...node, name: calledInShort(node, marks) } : node
    })
    return buildGraph(named, peers ?? [], workloads ?? [])
  }, [nodes, marks, peers, workloads])
  const shown = matches ? nodes.filter((node) => matches.has(node.id)) : nodes
  const noMatch = t('network.noMatch', { all: formatCount(nodes.length, language) })
  if (route.view === 'list') {
    if (shown.length > 0) {
      return <NodeList nodes={shown} marks={marks} peers={peers ?? []} graph={graph} />
    }
    return <Empty icon="search" title={noMatch} />
  }
  return (
    <>
      <TopologyView graph={graph} chosen={route.node} matches={matches} onChoose={choose} />
      {shown.length === 0 && <p className="network-note">{noMatch}</p>}
      {nodes.length === 1 && <Alone mayInvite={props.mayInvite} onInvite={props.onInvite} />}
      <Legend />
    </>
  )
}

function Summary({ nodes }: { nodes: ClusterNode[] }) {
  const { t, language } = useText()
  const present = nodes.filter((node) => node.liveness !== 'left')
  const well = present.filter((node) => node.liveness === 'alive' && node.status !== 'NotReady')
  return (
    <p className="quiet figure">
      {t('network.summary', {
        count: present.length,
        well: formatCount(well.length, language),
        all: formatCount(present.length, language),
      })}
    </p>
  )
}

function ViewChoice({ route }: { route: NetworkRoute }) {
  const { t } = useText()
  const world = useWorld()
  return (
    <Segmented
      label={t('network.views')}
      value={route.view}
      options={[
        { id: 'map', label: t('network.map'), icon: 'network' },
        { id: 'list', label: t('network.list'), icon: 'list' },
        { id: 'people', label: t('network.people'), icon: 'people' },
        { id: 'proposals', label: t('proposals.tab'), icon: 'ballot' },
        { id: 'registry', label: t('registry.tab'), icon: 'spore' },
      ]}
      onChange={(view) => world.route.go({ at: 'network', view })}
    />
  )
}

function FilterChoice(props: { value: NodeFilter; onChange: (value: NodeFilter) => void }) {
  const { t } = useText()
  return (
    <Segmented
      label={t('network.filter')}
      value={props.value}
      options={[
        { id: 'all', label: t('network.filterAll') },
        { id: 'trouble', label: t('network.filterTrouble') },
      ]}
      onChange={props.onChange}
    />
  )
}

/** People at the door are said on every view until somebody answers. */
function WaitingPeople() {
  const { t } = useText()
  const world = useWorld()
  const { data: members } = useResource(world.members)
  const waiting = members?.filter((member) => member.state === 'waiting') ?? []
  if (waiting.length === 0) return null
  return (
    <div className="network-waiting" role="status">
      <Icon name="people" />
      <span>
        {t('network.waitingHere', { count: waiting.length, name: waiting[0]?.name ?? '' })}
      </span>
      <Button onPress={() => world.route.go({ at: 'network', view: 'people' })}>
        {t('network.waitingLook')}
      </Button>
    </div>
  )
}

function Alone({ mayInvite, onInvite }: { mayInvite: boolean; onInvite: () => void }) {
  const { t } = useText()
  const world = useWorld()
  return (
    <div className="network-alone">
      <h2>{t('network.alone')}</h2>
      <p className="quiet">{t('network.aloneDetail')}</p>
      <div className="page-actions">
        {mayInvite && <Button onPress={onInvite}>{t('network.invite')}</Button>}
        <Button kind="plain" onPress={() => world.route.go({ at: 'deploy' })}>
          {t('shell.deploy')}
        </Button>
      </div>
    </div>
  )
}
