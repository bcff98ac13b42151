import { useState } from 'react'
import type { Status } from '../../../node-core/api/contract/index.ts'
import {
  Button,
  Choice,
  ChoiceGroup,
  Page,
  PageHeader,
  StateWord,
  TextArea,
  TextField,
} from '../../design/index.ts'
import { formatDuration } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatPairs, parsePairs } from '../../pairs/index.ts'
import { formatRoute, useResource, useWorld } from '../../state/index.ts'
import { type Inputs, toProblem } from '../../transport/index.ts'
import { instanceTone } from '../workloads/index.ts'
import './computer.css'
import { LeftDataSection } from '../volumes/index.ts'
import { CommandsHere } from './commands-here.tsx'
import { About, Identity, Reach } from './computer-facts.tsx'
import { KeptHere } from './kept-here.tsx'
import { Leave } from './leave.tsx'
import { Space } from './space.tsx'

export function ComputerScreen({ status }: { status: Status }) {
  const { t, language } = useText()
  return (
    <Page wide>
      <PageHeader
        title={status.node.name}
        detail={`${t('computer.title')} · ${t('computer.upFor', {
          duration: formatDuration(status.uptimeSeconds, language),
        })}`}
      >
        <Rename name={status.node.name} />
      </PageHeader>
      <div className="computer">
        <Part status={status} />
        <RunsHere status={status} />
        <KeptHere status={status} />
        <LeftDataSection />
        <CommandsHere />
        <Kinds status={status} />
        <Labels labels={status.node.labels} />
        <Space />
        <Reach status={status} />
        <Identity status={status} />
        <About status={status} />
        <Leave status={status} />
      </div>
    </Page>
  )
}

/** Sends one change of what this node says of itself; true when it was taken. */
function useChange(): (
  input: Inputs['node']['change'],
  done: string | ((now: Status) => string),
) => Promise<boolean> {
  const { t } = useText()
  const { client, status, nodes, toasts } = useWorld()
  return async (input, done) => {
    try {
      const now = await client().node.change(input)
      status.put(now)
      nodes.refresh()
      toasts.show({ text: typeof done === 'string' ? done : done(now) })
      return true
    } catch (error) {
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.problemTitle'), detail: message })
      return false
    }
  }
}

function Rename({ name }: { name: string }) {
  const { t } = useText()
  const change = useChange()
  const [draft, setDraft] = useState<string>()
  if (draft === undefined) {
    return <Button onPress={() => setDraft(name)}>{t('computer.rename')}</Button>
  }
  return (
    <form
      className="computer-edit"
      onSubmit={async (event) => {
        event.preventDefault()
        if (await change({ name: draft.trim() }, t('computer.saved'))) setDraft(undefined)
      }}
    >
      <TextField label={t('computer.name')} value={draft} onChange={setDraft} autoFocus />
      <Button kind="primary" type="submit" disabled={draft.trim() === ''}>
        {t('words.save')}
      </Button>
      <Button onPress={() => setDraft(undefined)}>{t('words.cancel')}</Button>
    </form>
  )
}

function Part({ status }: { status: Status }) {
  const { role, roleAsked, backbone, node } = status
  const { t } = useText()
  const change = useChange()
  const isKept = roleAsked === 'sclerotia' && !node.permissions.includes('admin')
  return (
    <section className="computer-part">
      <ChoiceGroup
        label={t('computer.role')}
        value={role}
        onChange={(next) =>
          void change({ role: next }, (now) => {
            const said = now.roleAsked === undefined ? 'roleChanged' : 'roleChosen'
            return t(`computer.${said}`, { role: t(`words.role.${next}`) })
          })
        }
      >
        {(['hypha', 'rhizomorph', 'sclerotia'] as const).map((each) => (
          <Choice
            key={each}
            value={each}
            title={t(`words.role.${each}`)}
            detail={t(`words.roleMeaning.${each}`)}
          />
        ))}
      </ChoiceGroup>
      {roleAsked && (
        <p>
          {t(isKept ? 'computer.roleKept' : 'computer.roleAsked', {
            role: t(`words.role.${roleAsked}`),
            kept: t(`words.role.${role}`),
          })}
        </p>
      )}
      {backbone && (
        <p className="quiet">
          {t('computer.partNow', { role: t(`words.backbone.${backbone}`) })}{' '}
          {t(`words.backboneMeaning.${backbone}`)}
        </p>
      )}
    </section>
  )
}

function RunsHere({ status }: { status: Status }) {
  const { t } = useText()
  const workloads = useResource(useWorld().workloads).data ?? []
  const here = workloads.flatMap((workload) =>
    workload.instances
      .filter((each) => each.node === status.node.id && each.status !== 'Stopped')
      .map((instance) => ({ workload, instance })),
  )
  return (
    <section>
      <h2>{t('computer.runs')}</h2>
      {here.length === 0 && <p className="quiet">{t('computer.runsNothing')}</p>}
      <ul className="lines">
        {here.map(({ workload, instance }) => (
          <li key={instance.id}>
            <a
              className="row-link"
              href={formatRoute({ at: 'workload', name: workload.name, tab: 'instances' })}
            >
              {workload.name}
            </a>
            <span className="quiet">{t('computer.runsFor', { owner: workload.owner.name })}</span>
            <StateWord tone={instanceTone(instance)}>
              {t(`workloads.instanceStatus.${instance.status}`)}
            </StateWord>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Kinds({ status }: { status: Status }) {
  const { t } = useText()
  return (
    <section>
      <h2>{t('computer.kinds')}</h2>
      <ul className="lines">
        {status.node.kinds.map(({ kind, ok, reason }) => {
          const known = kind === 'container' || kind === 'process' ? kind : undefined
          return (
            <li key={kind}>
              <strong>{known ? t(`words.kind.${known}`) : t('words.kind.other', { kind })}</strong>
              <StateWord tone={ok ? 'well' : 'off'}>
                {ok ? t('computer.kindOk') : t('computer.kindNot')}
              </StateWord>
              <span className="quiet">
                {reason?.message ?? (known && t(`computer.kindHint.${known}`))}
              </span>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function Labels({ labels }: { labels: Record<string, string> }) {
  const { t } = useText()
  const change = useChange()
  const [draft, setDraft] = useState<string>()
  const lines = formatPairs(labels)
  const wrong = draft === undefined ? undefined : parsePairs(draft).wrongLine
  return (
    <section>
      <div className="section-head">
        <h2>{t('computer.labels')}</h2>
        {draft === undefined && (
          <Button kind="plain" onPress={() => setDraft(lines.join('\n'))}>
            {t('computer.edit')}
          </Button>
        )}
      </div>
      {draft === undefined ? (
        <p className={lines.length === 0 ? 'quiet' : ''}>
          {lines.length === 0
            ? t('computer.labelsNone')
            : lines.map((line) => (
                <code key={line} className="label-chip">
                  {line}
                </code>
              ))}
        </p>
      ) : (
        <form
          className="computer-labels"
          onSubmit={async (event) => {
            event.preventDefault()
            const next = { labels: parsePairs(draft).pairs }
            if (await change(next, t('computer.saved'))) setDraft(undefined)
          }}
        >
          <TextArea
            label={t('computer.labels')}
            hint={t('computer.labelsHint')}
            mono
            autoFocus
            rows={3}
            value={draft}
            problem={wrong === undefined ? undefined : t('deploy.envWrong', { line: wrong })}
            onChange={setDraft}
          />
          <div className="page-actions">
            <Button kind="primary" type="submit" disabled={wrong !== undefined}>
              {t('words.save')}
            </Button>
            <Button onPress={() => setDraft(undefined)}>{t('words.cancel')}</Button>
          </div>
        </form>
      )}
    </section>
  )
}
