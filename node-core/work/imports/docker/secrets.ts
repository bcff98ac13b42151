/** `secrets` of a service: named here, and set by whoever knows their values. */
import { addSecret } from '../draft.ts'
import { field, type Tree, textOf } from '../tree.ts'
import { all, type Service } from './service-rule.ts'

/** Where Docker puts them. */
const FOLDER = '/run/secrets/'
const HERE = '/run/mycelium/secrets/'
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
  const led = (text: string): string =>
    files.reduce((now, file) => {
      return now.replaceAll(new RegExp(`${FOLDER}${escaped(file)}(?![\\w.-])`, 'g'), HERE + file)
    }, text)
  for (const [name, value] of part.env) part.env.set(name, led(value))
  if (part.command) part.command = part.command.map(led)
  if (part.args) part.args = part.args.map(led)
}

function escaped(text: string): string {
  return text.replace(/[.-]/g, '\\$&')
}
