import type { Outputs } from '../../transport/index.ts'

type Member = Outputs['members']['list']['members'][number]

/** As many as can be asked without looking for them. */
const NAMES_MAX = 3

/** Names of those who can give the right to deploy: founders and admins. */
export function whoCanGive(
  members: readonly Pick<Member, 'name' | 'state' | 'founder' | 'permissions'>[],
): string[] {
  return members
    .filter(({ state, founder, permissions }) => {
      return state === 'member' && (founder || permissions.includes('admin'))
    })
    .map(({ name }) => name)
    .slice(0, NAMES_MAX)
}
