import type { WorkloadView } from '../../../node-core/api/contract/index.ts'
import { Icon } from '../../design/index.ts'

/** What the node says of it as a whole, in its own words. */
export function Conditions({ conditions }: Pick<WorkloadView, 'conditions'>) {
  return conditions.map(({ code, message }) => (
    <p key={`${code} ${message}`} className="condition">
      <Icon name="info" size={16} />
      {message}
    </p>
  ))
}
