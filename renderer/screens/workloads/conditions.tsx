import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Icon } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { conditionText } from './condition-words.ts'

/** What the node says of it as a whole. */
export function Conditions({ conditions }: Pick<WorkloadView, 'conditions'>) {
  const { t } = useText()
  return conditions.map((condition) => (
    <p key={`${condition.code} ${condition.message}`} className="condition">
      <Icon name="info" size={16} />
      {conditionText(condition, t)}
    </p>
  ))
}
