import { useState } from 'react'
import {
  copyName,
  type InstanceView,
  type WorkloadView,
} from '../../../../node-core/api/contract/index.ts'
import { Button, CopyText, Empty, SelectField, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { ShellState } from './session.ts'
import './shell.css'
import { ShellTerminal } from './shell-terminal.tsx'
import { stateText } from './state-text.ts'
import { wordsOf } from './words.ts'

const SHELL = '/bin/sh'

/** A terminal of a copy, or why there is none. */
export function Shell({ workload, mayOpen }: { workload: WorkloadView; mayOpen: boolean }) {
  const { t } = useText()
  const { name, owner } = workload
  if (!mayOpen) {
    return (
      <Empty icon="info" title={t('workloads.terminal.notYours')}>
        {t('workloads.terminal.notYoursDetail', { owner: owner.name, name })}
      </Empty>
    )
  }
  return <ShellOf workload={workload} />
}

interface Opened {
  /** Each time it is opened is another. */
  count: number
  instance: InstanceView
  part: string
  command: string[]
}

function ShellOf({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { name, parts } = workload
  const copies = workload.instances
    .filter(({ status, lost, unassigned }) => status === 'Running' && !lost && !unassigned)
    .sort((a, b) => a.index - b.index)
  const [chosen, setChosen] = useState('')
  const [part, setPart] = useState(parts[0]?.name ?? '')
  const [typed, setTyped] = useState(SHELL)
  const [opened, setOpened] = useState<Opened>()
  const [state, setState] = useState<ShellState>()
  const instance = copies.find(({ id }) => id === chosen) ?? copies[0]
  const isOpen = state?.at === 'opening' || state?.at === 'running'
  const command = wordsOf(typed)

  if (!instance && !opened) {
    return (
      <Empty icon="box" title={t('workloads.terminal.none')}>
        {t('workloads.terminal.noneDetail')}
      </Empty>
    )
  }
  const open = (): void => {
    if (!instance || command.length === 0) return
    setState({ at: 'opening' })
    setOpened((before) => ({ count: (before?.count ?? 0) + 1, instance, part, command }))
  }
  return (
    <section className="shell-pane">
      <p className="quiet">{t('workloads.terminal.intro')}</p>
      <form
        className="shell-tools"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isOpen) open()
        }}
      >
        <SelectField
          label={t('workloads.terminal.copy')}
          value={instance?.id ?? ''}
          options={copies.map(({ id, index, nodeName }) => ({
            id,
            label: t('workloads.log.oneInstance', {
              copy: copyName(name, index),
              node: nodeName,
            }),
          }))}
          disabled={isOpen}
          onChange={setChosen}
        />
        {parts.length > 1 && (
          <SelectField
            label={t('workloads.terminal.part')}
            value={part}
            options={parts.map((each) => ({ id: each.name, label: each.name }))}
            disabled={isOpen}
            onChange={setPart}
          />
        )}
        <TextField
          label={t('workloads.terminal.command')}
          value={typed}
          mono
          disabled={isOpen}
          onChange={setTyped}
        />
        {isOpen ? (
          // Another button, or letting go of the key that opened would end it.
          <Button
            key="end"
            icon="close"
            onPress={() => {
              setOpened(undefined)
              setState(undefined)
            }}
          >
            {t('workloads.terminal.end')}
          </Button>
        ) : (
          <Button
            key="open"
            type="submit"
            kind="primary"
            disabled={!instance || command.length === 0}
          >
            {t(opened ? 'workloads.terminal.again' : 'workloads.terminal.open')}
          </Button>
        )}
      </form>
      <p className="shell-state" role="status">
        {state && stateText(state, t)}
      </p>
      {opened ? (
        <ShellTerminal
          key={opened.count}
          label={t('workloads.terminal.label', { name })}
          instance={opened.instance.id}
          {...(parts.length > 1 && { part: opened.part })}
          command={opened.command}
          onState={setState}
        />
      ) : (
        <p className="quiet small">
          {t('workloads.terminal.fromCli')}{' '}
          <CopyText
            text={fromCli(name, instance === copies[0] ? undefined : instance)}
            copyLabel={t('words.copy')}
            copiedLabel={t('words.copied')}
          />
        </p>
      )}
    </section>
  )
}

/** It goes into the first copy unless it is told otherwise. */
function fromCli(name: string, other: InstanceView | undefined): string {
  const which = other ? ` --instance ${copyName(name, other.index)}` : ''
  return `mycelium exec ${name}${which} -it -- ${SHELL}`
}
