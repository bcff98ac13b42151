/** `secrets` of a service: named here, and set by whoever knows their values. */
import { addSecret } from '../draft.ts'
import { HERE, leadElsewhere } from '../leading.ts'
import { all } from '../rules.ts'
import { field, type Tree, textOf } from '../tree.ts'
import type { Service } from './service-rule.ts'

/** Where Docker puts them. */
const FOLDER = '/run/secrets/'
/** What a file of a secret may be called here. */
const FILE = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/

export const takeSecrets = all((at: Tree, service: Service): void => {
  const source = textOf(at.kind === 'map' ? field(at, 'source') : at) ?? ''
  const target = textOf(field(at, 'target')) ?? source
  const file = target.split('/').at(-1) ?? ''
  if (!FILE.test(source) || !FILE.test(file)) {
    service.scope.say(at, 'wrong-form')
    return
  }
  addSecret(service.draft, { at, secret: source, file })
})

/** What names the folder of Docker's leads to ours, once all of the service was read. */
export function leadToSecrets({ draft, part }: Service): void {
  const files = [...draft.secrets.values()].flatMap(({ file }) => file ?? [])
  leadElsewhere(part, new Map(files.map((file) => [FOLDER + file, HERE + file])))
}
