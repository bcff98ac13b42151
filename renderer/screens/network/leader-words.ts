import type { Status } from '../../../node-core/api/contract/index.ts'
import type { Text } from '../../i18n/index.ts'
import { called, type Marks } from './namesakes.ts'

type Primary = NonNullable<Status['primary']>

/** Who leads, and since when: Raft counts terms, Simplex committees. */
export function leaderOf(
  { network }: Pick<Status, 'network'>,
  primary: Primary,
  t: Text,
  marks: Marks = new Map(),
): string {
  const { leader, leaderName, inForce, term } = primary
  const isSimplex = network?.consensus === 'simplex'
  if (leader === undefined) {
    // Whose turn it is, those alone know who vote.
    return isSimplex && inForce ? t('registry.leaderInTurn', { term }) : t('registry.nobody')
  }
  const name = called({ id: leader, name: leaderName ?? leader.slice(0, 8) }, marks)
  return isSimplex
    ? t('registry.leaderCommittee', { name, term })
    : t('registry.leaderTerm', { name, term })
}
