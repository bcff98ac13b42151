import { useEffect, useRef, useState } from 'react'
import type { ClusterNode, Status } from '../../../node-core/api/contract/index.ts'
import {
  Button,
  ConfirmDialog,
  CopyText,
  Fact,
  Facts,
  IconButton,
  StateWord,
} from '../../design/index.ts'
import {
  formatCpu,
  formatLatency,
  formatMemory,
  formatReputation,
  shortId,
} from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute, useResource, useWorld } from '../../state/index.ts'
import { toProblem } from '../../transport/index.ts'
import { called, type Marks } from './namesakes.ts'
import { NameMark } from './node-name.tsx'
import {
  clockWord,
  kindWord,
  leftWord,
  nodeState,
  nodeStateMeaning,
  roleWord,
} from './node-words.ts'

/** One node's page, beside the map. */
export function NodePanel(props: {
  node: ClusterNode
  marks: Marks
  status: Status
  onClose: () => void
}) {
  const { node, marks, status, onClose } = props
  const { t } = useText()
  const state = nodeState(node, t)
  const meaning = nodeStateMeaning(node, t)
  const panel = useRef<HTMLElement>(null)
  useOpenedFocus(panel)
  return (
    <aside
      ref={panel}
      className="node-panel"
      aria-label={node.name}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <header>
        <div>
          <h2>{node.name}</h2>
          <NameMark mark={marks.get(node.id)} />
          {node.self && <p className="quiet small">{t('network.thisComputer')}</p>}
        </div>
        <IconButton icon="close" label={t('network.node.close')} onPress={onClose} />
      </header>
      <StateWord tone={state.tone}>{state.word}</StateWord>
      {meaning && <p className="quiet small">{meaning}</p>}
      <NodeActions node={node} name={called(node, marks)} status={status} />
      <NodeFacts node={node} />
      <Running node={node} />
    </aside>
  )
}

/** Opens with the focus, and gives it back to where it was opened from. */
function useOpenedFocus(panel: React.RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const openedFrom = document.activeElement
    panel.current?.focus()
    return () => {
      const isTaken = document.activeElement !== document.body
      if (!isTaken && openedFrom instanceof HTMLElement) openedFrom.focus()
    }
  }, [panel])
}

function NodeFacts({ node }: { node: ClusterNode }) {
  const { t, language } = useText()
  const peers = useResource(useWorld().peers).data
  const peer = peers?.find((each) => each.id === node.id)
  const labels = Object.entries(node.labels)
  const { allocatable: free, capacity: total } = node
  const size = (bytes: number): string => formatMemory(bytes, language)
  return (
    <Facts>
      <Fact name={t('network.node.role')}>
        {roleWord(node, t)}
        <p className="quiet small">
          {node.backbone
            ? t(`words.backboneMeaning.${node.backbone}`)
            : t(`words.roleMeaning.${node.role}`)}
        </p>
      </Fact>
      {(node.committee || node.vote) && (
        <Fact name={t('registry.tab')}>{t(`registry.part.${node.committee?.role ?? 'none'}`)}</Fact>
      )}
      <Fact name={t('network.node.owner')}>
        {node.owner.name}
        {node.reputation !== undefined && (
          <p className="quiet small">
            {t('network.node.reputation', { figure: formatReputation(node.reputation, language) })}
          </p>
        )}
      </Fact>
      {node.clock && (
        <Fact name={t('network.node.clock')}>
          <StateWord tone="warn">{clockWord(node.clock, t, language)}</StateWord>
        </Fact>
      )}
      {!node.self && (
        <Fact name={t('network.node.link')}>
          {peer ? t(`network.path.${peer.path}`) : t('network.path.none')}
          {peer?.latencyMs !== undefined && ` · ${formatLatency(peer.latencyMs, language)}`}
        </Fact>
      )}
      <Fact name={t('network.node.links')}>
        {t('network.node.linksCount', { count: node.links.length })}
      </Fact>
      <Fact name={t('network.node.capacity')}>
        <span className="figure">
          {t('network.node.cpu', {
            free: formatCpu(free.cpuMillis, language),
            total: formatCpu(total.cpuMillis, language),
          })}
        </span>
        <Meter part={free.cpuMillis / Math.max(1, total.cpuMillis)} />
        <span className="figure">
          {t('network.node.memory', {
            free: size(free.memoryBytes),
            total: size(total.memoryBytes),
          })}
        </span>
        <Meter part={free.memoryBytes / Math.max(1, total.memoryBytes)} />
        <span className="figure">
          {t('network.node.disk', { free: size(free.diskBytes), total: size(total.diskBytes) })}
        </span>
        <Meter part={free.diskBytes / Math.max(1, total.diskBytes)} />
        {total.gpus !== undefined && (
          <>
            <span className="figure">
              {t('network.node.gpus', { free: free.gpus ?? 0, count: total.gpus })}
            </span>
            <Meter part={(free.gpus ?? 0) / Math.max(1, total.gpus)} />
          </>
        )}
      </Fact>
      <Fact name={t('network.node.kinds')}>
        {node.kinds.map((kind) => kindWord(kind, t)).join(', ') || t('words.none')}
      </Fact>
      {labels.length > 0 && (
        <Fact name={t('network.node.labels')}>
          {labels.map(([key, value]) => (
            <code key={key} className="label-chip">
              {key}={value}
            </code>
          ))}
        </Fact>
      )}
      <Fact name={t('network.node.address')}>
        <span className="mono small">{node.address}</span>
      </Fact>
      <Fact name={t('network.node.id')}>
        <CopyText
          text={node.id}
          shown={shortId(node.id)}
          copyLabel={t('words.copy')}
          copiedLabel={t('words.copied')}
        />
      </Fact>
      <Fact name={t('network.node.version')}>{node.version}</Fact>
    </Facts>
  )
}

/** How much is free. The words beside it say the same. */
function Meter({ part }: { part: number }) {
  const percent = Math.round(Math.min(1, Math.max(0, part)) * 100)
  return (
    <span className="meter" aria-hidden="true">
      <span style={{ width: `${percent}%` }} />
    </span>
  )
}

function Running({ node }: { node: ClusterNode }) {
  const { t } = useText()
  const workloads = useResource(useWorld().workloads).data ?? []
  const here = workloads.flatMap((workload) =>
    workload.instances
      .filter((instance) => instance.node === node.id && instance.status !== 'Stopped')
      .map((instance) => ({ workload, instance })),
  )
  return (
    <section className="node-runs">
      <h3>{t('network.node.runs')}</h3>
      {here.length === 0 && <p className="quiet">{t('network.node.runsNothing')}</p>}
      <ul>
        {here.map(({ workload, instance }) => (
          <li key={instance.id}>
            <a
              className="row-link"
              href={formatRoute({ at: 'workload', name: workload.name, tab: 'instances' })}
            >
              {workload.name}
            </a>
            <span className="quiet small">
              {leftWord(node, instance.id, t) ?? t(`workloads.instanceStatus.${instance.status}`)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function NodeActions(props: { node: ClusterNode; name: string; status: Status }) {
  const { node, name, status } = props
  const { t } = useText()
  const { nodes, client, toasts } = useWorld()
  const [asking, setAsking] = useState(false)
  const allowed =
    status.node.permissions.includes('admin') || node.owner.id === status.node.owner.id
  if (!allowed || node.liveness === 'left') return null

  const act = async (
    what: 'cordon' | 'uncordon' | 'drain' | 'wake',
    done: string,
  ): Promise<void> => {
    try {
      const changed =
        what === 'wake' ? await client().nodes.wake() : await client().nodes[what]({ id: node.id })
      nodes.put(
        (nodes.store.getState().data ?? []).map((each) =>
          each.id === changed.id ? changed : each,
        ),
      )
      toasts.show({ text: done })
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
    }
  }
  const isHeld = node.status === 'Cordoned' || node.status === 'Draining'
  return (
    <div className="page-actions">
      {node.self && node.asleep && (
        <Button onPress={() => void act('wake', t('network.node.uncordoned', { name }))}>
          {t('network.node.wake')}
        </Button>
      )}
      {isHeld ? (
        <Button onPress={() => void act('uncordon', t('network.node.uncordoned', { name }))}>
          {t('network.node.uncordon')}
        </Button>
      ) : (
        <Button onPress={() => void act('cordon', t('network.node.cordoned', { name }))}>
          {t('network.node.cordon')}
        </Button>
      )}
      {node.status !== 'Draining' && !node.asleep && (
        <Button onPress={() => setAsking(true)}>{t('network.node.drain')}</Button>
      )}
      {asking && (
        <DrainDialog
          node={node}
          name={name}
          onClose={() => setAsking(false)}
          onDrain={() => void act('drain', t('network.node.drained', { name }))}
        />
      )}
    </div>
  )
}

function DrainDialog(props: {
  node: ClusterNode
  name: string
  onClose: () => void
  onDrain: () => void
}) {
  const { t } = useText()
  const workloads = useResource(useWorld().workloads).data ?? []
  const count = workloads
    .flatMap((workload) => workload.instances)
    .filter((instance) => instance.node === props.node.id && instance.status !== 'Stopped').length
  return (
    <ConfirmDialog
      title={t('network.node.drainTitle', { name: props.name })}
      closeLabel={t('words.close')}
      cancelLabel={t('words.cancel')}
      confirmLabel={t('network.node.drain')}
      kind="primary"
      onConfirm={props.onDrain}
      onClose={props.onClose}
    >
      <p>{t('network.node.drainDetail', { count })}</p>
    </ConfirmDialog>
  )
}
