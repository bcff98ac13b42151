import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { CopyText, Fact, Facts } from '../../design/index.ts'
import { formatMemory, formatWhen, shortId } from '../../format/index.ts'
import { type Text, useText } from '../../i18n/index.ts'
import { boundsText } from './bounds-words.ts'
import { TrustNetwork } from './trust-network.tsx'
import { ofOwnAuthority } from './workload-words.ts'

/** The image, or those of each container with its name. */
function Images({ parts, image }: Pick<WorkloadView, 'parts'> & { image: string }) {
  if (parts.length < 2) return <code>{image}</code>
  return (
    <ul className="workload-parts">
      {parts.map(({ name, image }) => (
        <li key={name}>
          {name} <code>{image}</code>
        </li>
      ))}
    </ul>
  )
}

/** What its copies find as files, of each container by its name where there are several. */
function Files({ parts }: Pick<WorkloadView, 'parts'>) {
  const { t, language } = useText()
  if (!parts.some(({ files }) => files)) return null
  return (
    <Fact name={t('workloads.facts.files')}>
      <ul className="workload-parts">
        {parts.flatMap(({ name, files = [] }) =>
          files.map(({ path, sizeBytes }) => (
            <li key={`${name} ${path}`}>
              {parts.length > 1 && `${name} `}
              <code>{path}</code> {formatMemory(sizeBytes, language)}
            </li>
          )),
        )}
      </ul>
    </Fact>
  )
}

function accessText({ access }: WorkloadView['edge'], t: Text): string {
  if (typeof access === 'string') return t(`workloads.access.${access}`)
  return t('workloads.access.owners', { count: access.owners.length })
}

/** TCP ports of its own at this computer, and why one is not there. */
function Published({ published }: Pick<WorkloadView, 'published'>) {
  const { t } = useText()
  return published.map(({ port, containerPort, address, reason }) => (
    <Fact key={port} name={t('workloads.facts.published', { port: containerPort })}>
      {address === undefined ? reason?.message : <code>{address}</code>}
    </Fact>
  ))
}

function dueText(job: NonNullable<WorkloadView['job']>, t: Text, language: string): string {
  const { cron = '', timeZone: zone = '' } = job.schedule ?? {}
  if (job.nextRunAt === undefined) return t('workloads.schedule', { cron, zone })
  return t('workloads.nextRun', { cron, zone, when: formatWhen(job.nextRunAt, language) })
}

export function WorkloadFacts({ workload }: { workload: WorkloadView }) {
  const { t, language } = useText()
  const labels = Object.entries(workload.labels)
  const ports = workload.ports.map((port) => port.containerPort)
  return (
    <div className="workload-facts">
      <Facts>
        <Fact name={t('workloads.facts.source')}>
          {workload.image ? (
            <Images parts={workload.parts} image={workload.image} />
          ) : (
            <CopyText
              text={workload.bundle ?? ''}
              shown={shortId((workload.bundle ?? '').replace('sha256:', ''))}
              copyLabel={t('words.copy')}
              copiedLabel={t('words.copied')}
            />
          )}
        </Fact>
        {workload.url && (
          <Fact name={t('workloads.facts.address')}>
            <a href={workload.url} target="_blank" rel="noreferrer">
              {addressText(workload.url)}
            </a>
          </Fact>
        )}
        {workload.secureUrl && (
          <Fact name={t('workloads.facts.secure')}>
            <a href={workload.secureUrl} target="_blank" rel="noreferrer">
              {addressText(workload.secureUrl)}
            </a>
            {ofOwnAuthority(workload.secureUrl) && (
              <p className="quiet small">
                {t('workloads.facts.secureNote')} <TrustNetwork />
              </p>
            )}
          </Fact>
        )}
        {ports.length > 0 && (
          <Fact name={t('workloads.facts.ports')}>
            <span className="figure">{ports.join(', ')}</span>
          </Fact>
        )}
        <Published published={workload.published} />
        {workload.url && (
          <Fact name={t('workloads.facts.access')}>
            {accessText(workload.edge, t)}
            {workload.edge.rate &&
              `, ${t('workloads.access.rate', { count: workload.edge.rate.perMinute })}`}
          </Fact>
        )}
        <Fact name={t('workloads.facts.owner')}>{workload.owner.name}</Fact>
        {workload.shortName !== undefined && (
          <Fact name={t('workloads.facts.shortName')}>{workload.shortName}</Fact>
        )}
      </Facts>
      <Facts>
        <Fact name={t('workloads.facts.resources')}>{boundsText(workload, t, language)}</Fact>
        <Files parts={workload.parts} />
        {workload.autoscale && (
          <Fact name={t('workloads.facts.autoscale')}>
            {t('workloads.facts.autoscaleText', { ...workload.autoscale })}
          </Fact>
        )}
        {workload.job?.schedule && (
          <Fact name={t('workloads.facts.schedule')}>{dueText(workload.job, t, language)}</Fact>
        )}
        {labels.length > 0 && (
          <Fact name={t('workloads.facts.labels')}>
            {labels.map(([key, value]) => (
              <code key={key} className="label-chip">
                {key}={value}
              </code>
            ))}
          </Fact>
        )}
        {workload.traffic && (
          <Fact name={t('workloads.facts.traffic')}>
            {t('workloads.facts.trafficText', { ...workload.traffic })}
          </Fact>
        )}
        <Fact name={t('workloads.facts.generation')}>
          <span className="figure">{workload.generation}</span>
        </Fact>
      </Facts>
    </div>
  )
}

/** Without the stroke at its end, which may stand alone in a line. */
function addressText(url: string): string {
  return url.replace(/\/$/, '')
}
