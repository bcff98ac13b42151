import { useState } from 'react'
import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, Fact, Facts } from '../../design/index.ts'
import { formatDuration } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { reachedLines, secretLines, usesLines } from './asked-words.ts'
import { ChangeForm } from './change-form.tsx'
import {
  budgetText,
  copiesLines,
  decidedText,
  egressText,
  partLines,
  priorityText,
  restartText,
  rolloutLines,
} from './rule-words.ts'

/** How it runs, in plain words, and the way to change that. */
export function Rules({ workload, mayChange }: { workload: WorkloadView; mayChange: boolean }) {
  const { t } = useText()
  const [changing, setChanging] = useState(false)
  if (changing && mayChange) {
    return <ChangeForm workload={workload} onClose={() => setChanging(false)} />
  }
  return (
    <div className="rules">
      <div className="rules-facts">
        <section>
          <h2>{t('workloads.rules.each')}</h2>
          <Facts>
            {workload.parts.map((part) => (
              <Part key={part.name} part={part} isOnly={workload.parts.length === 1} />
            ))}
            <Asked name={t('asked.uses')} lines={usesLines(workload, t)} />
            <Asked name={t('asked.secrets')} lines={secretLines(workload, t)} />
            <Fact name={t('workloads.facts.egress')}>{egressText(workload.egress, t)}</Fact>
          </Facts>
        </section>
        {!workload.job && <Copies workload={workload} />}
        <Trouble workload={workload} />
      </div>
      {mayChange && (
        <div>
          <Button onPress={() => setChanging(true)}>{t('workloads.rules.change')}</Button>
        </div>
      )}
    </div>
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return (
    <ul className="rule-lines">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}

/** Nothing where it asks for none of it. */
function Asked({ name, lines }: { name: string; lines: readonly string[] }) {
  if (lines.length === 0) return null
  return (
    <Fact name={name}>
      <Lines lines={lines} />
    </Fact>
  )
}

function Part({ part, isOnly }: { part: WorkloadView['parts'][number]; isOnly: boolean }) {
  const { t, language } = useText()
  return (
    <Fact name={isOnly ? t('workloads.rules.gets') : part.name}>
      <Lines lines={[...partLines(part, t, language), ...reachedLines(part, t)]} />
    </Fact>
  )
}

function Copies({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  const decided = decidedText(workload, t, language)
  return (
    <section>
      <h2>{t('workloads.rules.copies')}</h2>
      <Facts>
        <Fact name={t('workloads.facts.autoscale')}>
          <Lines lines={copiesLines(workload, t, language)} />
          {decided && <p className="quiet small">{decided}</p>}
        </Fact>
        <Fact name={t('workloads.rules.onChange')}>
          <Lines lines={rolloutLines(workload, t, language)} />
        </Fact>
        <Fact name={t('workloads.facts.disruption')}>{budgetText(workload, t)}</Fact>
      </Facts>
    </section>
  )
}

function Trouble({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  return (
    <section>
      <h2>{t('workloads.rules.trouble')}</h2>
      <Facts>
        <Fact name={t('workloads.facts.onPartition')}>
          {t(`workloads.onPartition.${workload.onPartition}`)}
        </Fact>
        {!workload.job && (
          <Fact name={t('workloads.facts.restart')}>{restartText(workload, t)}</Fact>
        )}
        <Fact name={t('workloads.facts.priority')}>{priorityText(workload.priority, t)}</Fact>
        <Fact name={t('workloads.facts.grace')}>
          {formatDuration(workload.graceMs / 1_000, language)}
        </Fact>
      </Facts>
    </section>
  )
}
