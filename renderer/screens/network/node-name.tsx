import type { ClusterNode } from '../../../node-core/api/contract/index.ts'
import { useText } from '../../i18n/index.ts'
import { formatRoute } from '../../state/index.ts'
import './names.css'
import type { Marks } from './namesakes.ts'

/** A node in a table: its name, which may be long, and what tells it from another one called so. */
export function NodeName({ node, marks }: { node: ClusterNode; marks: Marks }) {
  const { t } = useText()
  return (
    <>
      <a
        className="row-link node-name"
        title={node.name}
        href={formatRoute({ at: 'network', view: 'list', node: node.id })}
      >
        {node.name}
      </a>
      <NameMark mark={marks.get(node.id)} />
      {node.self && <span className="self-mark">{t('network.thisComputer')}</span>}
    </>
  )
}

/** The short id behind a name that occurs twice. */
export function NameMark({ mark }: { mark: string | undefined }) {
  return mark === undefined ? null : <code className="name-mark">{mark}</code>
}
