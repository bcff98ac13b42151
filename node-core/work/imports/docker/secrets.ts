/** `secrets` of a service: named here, and set by whoever knows their values. */
import { HERE, leadElsewhere } from '../leading.ts'
import { all } from '../rules.ts'
import { addSecret } from '../secrets.ts'
import { field, type Tree, textOf } from '../tree.ts'
import type { Service } from './service-rule.ts'

/** Where Docker puts them. */
const FOLDER = '/run/secrets/'
/** What a file of a secret may be called here. */
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export const takeSecrets = all((at: Tree, service: Service): void => {
  const source = textOf(at.kind === 'map' ? field(at, 'source') : at) ?? ''
  const target = textOf(field(at, 'target')) ?? source
  // In a folder of its own it may be called as others are elsewhere.
  const isElsewhere = target.includes('/')
  const file = isElsewhere ? source : target
  if (!FILE.test(source) || !FILE.test(file)) {
    service.scope.say(at, 'wrong-form')
    return
  }
  const instead = target.startsWith('/') ? target : FOLDER + target
  const { draft, part } = service
  addSecret(draft, source, { goes: { file }, at, part, ...(isElsewhere && { instead }) })
})

/** What names the folder of Docker's leads to ours, once all of the service was read. */
export function leadToSecrets({ draft, part }: Service): void {
  const places = [...draft.secrets.values()].flatMap(({ file = '', named }) => {
    return named.map(({ instead }) => [instead ?? FOLDER + file, HERE + file] as const)
  })
  leadElsewhere(part, new Map(places))
}
