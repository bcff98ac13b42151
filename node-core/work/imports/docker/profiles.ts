/** `profiles` of a service: where none of them was chosen it is left out, as compose leaves it out. */
import { messageFor } from '../codes.ts'
import type { Scope } from '../report.ts'
import { each, field, isEmpty, type Tree, textOf } from '../tree.ts'
import type { Variables } from '../variables.ts'

/** What compose reads too: names with commas between them, `*` for all. */
const VARIABLE = 'COMPOSE_PROFILES'

export function isChosen(service: Tree, variables: Variables): boolean {
  const chosen = (variables.get(VARIABLE) ?? '').split(',').map((one) => one.trim())
  const profiles = profilesOf(service)
  return (
    profiles.length === 0 || chosen.includes('*') || profiles.some((one) => chosen.includes(one))
  )
}

export function sayLeftOut(service: Tree, scope: Scope): void {
  const named = profilesOf(service).filter((one) => /^[\w.-]{1,64}$/.test(one))
  const [first] = named
  const which = named.map((one) => `“${one}”`).join(', ')
  const how = first && ` It belongs to ${which}: the variable ${VARIABLE}=${first} brings it.`
  scope.say(service, 'other-profile', `${messageFor('other-profile')}${how ?? ''}`)
}

function profilesOf(service: Tree): string[] {
  const profiles = field(service, 'profiles')
  if (!profiles || isEmpty(profiles)) return []
  return each(profiles).map((one) => textOf(one) ?? '')
}
