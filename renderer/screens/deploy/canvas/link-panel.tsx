import { Button, Fact, Facts } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import type { Elsewhere, Link } from './graph.ts'
import { addLink } from './link-edits.ts'
import type { PanelProps } from './panel.tsx'

export function LinkPanel({ thing, onEdit }: PanelProps<Link>) {
  const { t } = useText()
  const { index, name, as, use, variables } = thing
  const names = variables.map((one) => one.name).join(', ')
  return (
    <>
      {use === undefined && (
        <p className="preview-short" role="alert">
          {t('canvas.unlinked', { names })}
        </p>
      )}
      <Facts>
        <Fact name={t('canvas.hostName')}>
          <code>{as}</code>
        </Fact>
        <Fact name={t('canvas.variables')}>
          {variables.length === 0
            ? t('canvas.noVariables')
            : variables.map((one) => (
                <code key={`${one.part} ${one.name}`} className="canvas-variable">
                  {one.name}={one.value}
                </code>
              ))}
        </Fact>
      </Facts>
      {use === undefined && (
        <Button icon="link" onPress={() => onEdit((now) => addLink(now, index, { name }))}>
          {t('canvas.mend')}
        </Button>
      )}
      {variables.length > 0 && <p className="quiet small">{t('canvas.removeLink')}</p>}
    </>
  )
}

export function ElsewherePanel({ thing, running }: PanelProps<Elsewhere>) {
  const { t } = useText()
  const isRunning = running.includes(thing.name)
  return (
    <>
      <p>{t('canvas.elsewhere')}</p>
      <p className="quiet">{t(isRunning ? 'canvas.elsewhereRuns' : 'canvas.elsewhereMissing')}</p>
    </>
  )
}
