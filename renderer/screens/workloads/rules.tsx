import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Button, Fact, Facts } from '../../design/index.ts'
import { formatDuration } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import {
  mountLines,
  reachedLines,
  secretLines,
  spreadText,
  usesLines,
  volumeLines,
} from './asked-words.ts'
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
export function Rules(props: {
  workload: WorkloadView
  mayChange: boolean
  changing: boolean
  onChanging: (changing: boolean) => void
}) {
  const { workload, mayChange, changing, onChanging } = props
  const { t, language } = useText()
  if (changing && mayChange) {
    return <ChangeForm workload={workload} onClose={() => onChanging(false)} />
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
            <Asked
              name={t('asked.keeps')}
              lines={volumeLines(workload, t, language)}
              note={t('asked.keptAfter')}
            />
            <Asked name={t('asked.uses')} lines={usesLines(workload, t)} />
            <Asked name={t('asked.secrets')} lines={secretLines(workload, t)} />
            <Fact name={t('workloads.facts.egress')}>{egressText(workload.egress, t)}</Fact>
          </Facts>
        </section>
        {!workload.job && <Copies workload={workload} />}
        <Where workload={workload} />
        <Trouble workload={workload} />
      </div>
      {mayChange && (
        <div>
          <Button onPress={() => onChanging(true)}>{t('workloads.rules.change')}</Button>
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
function Asked(props: { name: string; lines: readonly string[]; note?: string }) {
  const { name, lines, note } = props
  if (lines.length === 0) return null
  return (
    <Fact name={name}>
      <Lines lines={lines} />
      {note !== undefined && <p className="quiet small">{note}</p>}
    </Fact>
  )
}

function Part({ part, isOnly }: { part: WorkloadView['parts'][number]; isOnly: boolean }) {
  const { t, language } = useText()
  return (
    <Fact name={isOnly ? t('workloads.rules.gets') : part.name}>
      <Lines
        lines={[
          ...partLines(part, t, language),
          ...mountLines(part, t),
          ...reachedLines(part, t, language),
        ]}
      />
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

/** Nothing where any computer will do, for the one copy that there is. */
function Where({ workload }: { workload: WorkloadView }) {
  const { t } = useText()
  const { nodeSelector = {}, placement } = workload
  const labels = Object.entries(nodeSelector)
  const spread = spreadText(workload, t)
  const { apart, near } = placement
  if (labels.length + apart.length + near.length === 0 && spread === undefined) return null
  return (
    <section>
      <h2>{t('asked.where')}</h2>
      <Facts>
        {labels.length > 0 && (
          <Fact name={t('asked.onlyOn')}>
            {labels.map(([key, value]) => (
              <code key={key} className="label-chip">
                {key}={value}
              </code>
            ))}
          </Fact>
        )}
        {spread !== undefined && <Fact name={t('asked.spread.name')}>{spread}</Fact>}
        {apart.length > 0 && <Fact name={t('asked.apart')}>{apart.join(', ')}</Fact>}
        {near.length > 0 && <Fact name={t('asked.near')}>{near.join(', ')}</Fact>}
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
