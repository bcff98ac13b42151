import { Fragment, useEffect, useRef, useState } from 'react'
import { copyName, type WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, SearchField, SelectField } from '../../design/index.ts'
import { formatAgo, formatDay } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import {
  beginsDay,
  type CopyName,
  copyNames,
  filterLines,
  type LogLine,
  searchedFor,
  withOlder,
} from './log-lines.ts'
import { GONE_SHOWN_MAX, useKeptLogs } from './use-kept-logs.ts'
import { useLog } from './use-log.ts'
import { useLogDownload } from './use-log-download.ts'
import { useLogSearch } from './use-log-search.ts'

const ALL = 'all'

/** What the copies print, merged by time or one by one. */
export function Logs({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  const { time } = useWorld()
  const [shown, setShown] = useState(ALL)
  const [query, setQuery] = useState('')
  const instance = shown === ALL ? undefined : shown
  const { lines, problem } = useLog(workload.name, instance)
  const older = useLogSearch(workload.name, instance, query)
  const found = withOlder(filterLines(lines, query), older.lines, lines)
  const kept = useKeptLogs(workload)
  const copies = [...kept.map((gone) => ({ ...gone, id: gone.instance })), ...workload.instances]
  const speaking = new Set(found.map((line) => line.instance))
  const nameAmong = (names: ReadonlyMap<string, CopyName>) => (line: LogLine) =>
    names.get(line.instance) ?? { copy: line.instance, node: line.node.slice(0, 8) }
  const named = (index: number) => copyName(workload.name, index)
  const spoken = copies.filter(({ id }) => speaking.has(id))
  const nameInFile = nameAmong(copyNames(workload.name, copies))
  const options = [
    { id: ALL, label: t('workloads.log.allInstances') },
    ...workload.instances.map(({ id, index, nodeName }) => ({
      id,
      label: t('workloads.log.oneInstance', { copy: named(index), node: nodeName }),
    })),
    ...kept.slice(0, GONE_SHOWN_MAX).map(({ instance, index, nodeName, until }) => ({
      id: instance,
      label: t('workloads.log.goneInstance', {
        ...{ copy: named(index), node: nodeName },
        when: formatAgo(until, time.now(), language),
      }),
    })),
  ]

  const { saving, download } = useLogDownload(
    {
      ...{ name: workload.name, grep: searchedFor(query), instance, gone: kept },
      isThere: workload.instances.length > 0,
    },
    (line) => t('workloads.log.oneInstance', { ...nameInFile(line) }),
  )

  const notes = [
    ...(lines.length === 0 && !problem ? [t('workloads.log.empty')] : []),
    ...(lines.length > 0 && found.length === 0 && !older.searching
      ? [t('workloads.log.noMatch')]
      : []),
    ...(older.searching ? [t('workloads.log.searching')] : []),
    ...(problem ? [t('workloads.log.ended', { message: problem.message })] : []),
  ]

  return (
    <section className="log">
      <div className="log-tools">
        <SelectField
          label={t('workloads.log.whose')}
          value={shown}
          options={options}
          onChange={setShown}
        />
        <SearchField
          label={t('workloads.log.search')}
          clearLabel={t('words.clear')}
          value={query}
          onChange={setQuery}
        />
        <Button
          icon="download"
          disabled={saving !== undefined || (lines.length === 0 && kept.length === 0 && !problem)}
          onPress={() => void download()}
        >
          {saving === undefined
            ? t('workloads.log.download')
            : t('workloads.log.downloading', { count: saving })}
        </Button>
      </div>
      <LogLines
        lines={found}
        nameOf={nameAmong(copyNames(workload.name, spoken))}
        several={speaking.size > 1}
        notes={notes}
      />
    </section>
  )
}

const LINE_CLASS = { stdout: 'log-stdout', stderr: 'log-stderr', note: 'log-said' } as const

/** Within this of the end, new lines keep the end in sight. */
const NEAR_END_PX = 40

function LogLines(props: {
  lines: LogLine[]
  nameOf: (line: LogLine) => CopyName
  several: boolean
  notes: readonly string[]
}) {
  const { lines, nameOf, several, notes } = props
  const { t, language } = useText()
  const box = useRef<HTMLDivElement>(null)
  const [following, setFollowing] = useState(true)
  const nowMs = useWorld().time.now()
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', hour12: false })
  const exact = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' })

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines are what moves the end.
  useEffect(() => {
    if (following && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [lines, following])

  return (
    <div className="log-frame">
      <div
        ref={box}
        className="log-box"
        role="log"
        aria-live="off"
        aria-label={t('workloads.log.label')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls by keyboard.
        tabIndex={0}
        onScroll={(event) => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
          setFollowing(scrollHeight - scrollTop - clientHeight < NEAR_END_PX)
        }}
      >
        {lines.map((line, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines are only ever added at the end.
          <Fragment key={index}>
            {beginsDay(line, lines[index - 1], nowMs) && (
              <p className="log-day">{formatDay(line.at, language)}</p>
            )}
            <div className={`log-line ${LINE_CLASS[line.stream]}`}>
              <time dateTime={line.at} title={exact.format(new Date(line.at))}>
                {clock.format(new Date(line.at))}
              </time>
              {several && (
                <span className="log-node" title={nameOf(line).node}>
                  {nameOf(line).copy}
                </span>
              )}
              {line.part !== undefined && <span className="log-node">{line.part}</span>}
              {line.stream === 'stderr' && (
                <span className="log-mark" title={t('workloads.log.stderrMeans')}>
                  {t('workloads.log.stderr')}
                </span>
              )}
              <span className="log-text">{line.line}</span>
            </div>
          </Fragment>
        ))}
        {notes.map((note) => (
          <p key={note} className="log-note">
            {note}
          </p>
        ))}
      </div>
      {!following && (
        <div className="log-end">
          <Button icon="down" onPress={() => setFollowing(true)}>
            {t('workloads.log.toEnd')}
          </Button>
        </div>
      )}
    </div>
  )
}
