import { useEffect, useState } from 'react'
import { useText } from '../../../i18n/index.ts'
import { useWorld } from '../../../state/index.ts'
import { pathAt } from './place.ts'
import { fieldsAt } from './schema.ts'

/** What may stand where somebody writes; nothing until the node has told its schema. */
export function SchemaHelp({ text, offset }: { text: string; offset: number }) {
  const { t } = useText()
  const schema = useSchema()
  // Of a list of manifests the first step says which of them.
  const whole = pathAt(text, offset)
  const path = text.trimStart().startsWith('[') ? whole.slice(1) : whole
  const fields = fieldsAt(schema, path)
  const values = fieldsAt(schema, path.slice(0, -1)).find(
    ({ name }) => name === path.at(-1),
  )?.values
  if (fields.length === 0 && !values?.length) return null
  return (
    <section className="schema-help" aria-live="polite">
      <h3>
        {path.length === 0
          ? t('deploy.text.here')
          : t('deploy.text.hereIn', { place: whole.join('.') })}
      </h3>
      {fields.length > 0 && (
        <ul>
          {fields.map(({ name, takes }) => (
            <li key={name}>
              <code>{name}</code>{' '}
              <span className="quiet small">{t(`deploy.text.takes.${takes}`)}</span>
            </li>
          ))}
        </ul>
      )}
      {values && values.length > 0 && (
        <p>
          <code>{values.join(', ')}</code>
        </p>
      )}
    </section>
  )
}

function useSchema(): unknown {
  const { client } = useWorld()
  const [schema, setSchema] = useState<unknown>()
  useEffect(() => {
    let current = true
    const ask = async (): Promise<void> => {
      try {
        const answer = await client().workloads.schema()
        if (current) setSchema(answer)
      } catch {
        // Without it the text is judged all the same; only the help is missing.
        if (current) setSchema(undefined)
      }
    }
    void ask()
    return () => {
      current = false
    }
  }, [client])
  return schema
}
