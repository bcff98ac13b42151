import { useState } from 'react'
import { FileDrop, ProblemPanel, SelectField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAsked, useWorld } from '../../state/index.ts'
import { type NodeClient, type Outputs, type Problem, toProblem } from '../../transport/index.ts'
import { TrustPublisher } from './trust-publisher.tsx'

type Bundle = Outputs['bundles']['list']['bundles'][number]

const NOT_CHOSEN = ''

/** A published program to choose, or a new one to publish. */
export function BundleSource(props: {
  bundle: string
  problem: string | undefined
  onChange: (digest: string, name: string) => void
}) {
  const { t } = useText()
  const { toasts, publish } = useWorld()
  const { answer: bundles, problem: unknown, reload } = useAsked(listed)
  /** What was refused, and the file, to be taken again. */
  const [refused, setRefused] = useState<{ problem: Problem; file: File }>()
  const [busy, setBusy] = useState(false)
  const publisher = refused?.problem.publisher
  const chosen = bundles?.find(({ digest }) => digest === props.bundle)

  const take = async (file: File): Promise<void> => {
    setBusy(true)
    setRefused(undefined)
    try {
      const { digest, name, version } = await publish(file)
      await reload()
      props.onChange(digest, name)
      toasts.show({ text: t('deploy.published', { name, version }) })
    } catch (error) {
      setRefused({ problem: toProblem(error), file })
    } finally {
      setBusy(false)
    }
  }
  const options = (bundles ?? []).map(({ digest, name, version }) => ({
    id: digest,
    label: t('deploy.bundleOption', { name, version }),
  }))
  return (
    <div className="source">
      {unknown && (
        <p className="quiet">{t('deploy.bundlesUnknown', { message: unknown.message })}</p>
      )}
      {bundles && bundles.length === 0 ? (
        <p className="quiet">{t('deploy.bundleNone')}</p>
      ) : (
        <SelectField
          label={t('deploy.bundleField')}
          value={props.bundle}
          options={
            props.bundle === NOT_CHOSEN
              ? [{ id: NOT_CHOSEN, label: t('deploy.bundleChoose') }, ...options]
              : options
          }
          problem={props.problem}
          onChange={(digest) =>
            props.onChange(digest, bundles?.find((each) => each.digest === digest)?.name ?? '')
          }
        />
      )}
      {chosen && !chosen.trusted && (
        <div className="untrusted">
          <p className="preview-short">{t('deploy.untrusted')}</p>
          <TrustPublisher publisher={chosen.publisher} onTrusted={reload} />
        </div>
      )}
      <FileDrop
        words={t('deploy.drop')}
        buttonLabel={t('deploy.dropButton')}
        accept=".spore"
        busy={busy}
        onFile={(file) => void take(file)}
      />
      {refused && (
        <ProblemPanel
          title={t('deploy.publishProblem')}
          actions={
            publisher && (
              <TrustPublisher publisher={publisher} onTrusted={() => take(refused.file)} />
            )
          }
        >
          {publisher
            ? t('deploy.untrustedFile', { key: publisher })
            : t('deploy.publishKept', { message: refused.problem.message })}
        </ProblemPanel>
      )}
    </div>
  )
}

async function listed(node: NodeClient): Promise<Bundle[]> {
  return (await node.bundles.list()).bundles
}
