import { useCallback, useEffect, useState } from 'react'
import { FileDrop, ProblemPanel, SelectField } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { useWorld } from '../../state/index.ts'
import { type Outputs, type Problem, toProblem } from '../../transport/index.ts'

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
  const { bundles, refresh } = useBundles()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const chosen = bundles?.find(({ digest }) => digest === props.bundle)

  const take = async (file: File): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    try {
      const { digest, name, version } = await publish(file)
      await refresh()
      props.onChange(digest, name)
      toasts.show({ text: t('deploy.published', { name, version }) })
    } catch (error) {
      setProblem(toProblem(error))
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
      {chosen && !chosen.trusted && <p className="preview-short">{t('deploy.untrusted')}</p>}
      <FileDrop
        words={t('deploy.drop')}
        buttonLabel={t('deploy.dropButton')}
        accept=".spore"
        busy={busy}
        onFile={(file) => void take(file)}
      />
      {problem && (
        <ProblemPanel title={t('deploy.publishProblem')}>
          {t('deploy.publishKept', { message: problem.message })}
        </ProblemPanel>
      )}
    </div>
  )
}

function useBundles(): { bundles: Bundle[] | undefined; refresh: () => Promise<void> } {
  const { client, toasts } = useWorld()
  const { t } = useText()
  const [bundles, setBundles] = useState<Bundle[]>()
  const refresh = useCallback(async () => {
    try {
      setBundles((await client().bundles.list()).bundles)
    } catch (error) {
      setBundles([])
      const { message } = toProblem(error)
      toasts.show({ tone: 'bad', text: t('shell.loadProblem'), detail: message })
    }
  }, [client, toasts, t])
  useEffect(() => void refresh(), [refresh])
  return { bundles, refresh }
}
