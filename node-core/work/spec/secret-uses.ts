/** Secrets that instances are handed: of the workload's own namespace, each in a place of its own. */
import type { WrongField } from './errors.ts'
import type { SecretUse } from './index.ts'
import { underSelf } from './own-names.ts'

export function toSecretUses(
  asked: readonly SecretUse[],
  self: string | undefined,
  wrong: WrongField[],
): SecretUse[] {
  const taken = new Set<string>()
  const claim = (what: string | undefined, kind: 'env' | 'file', path: string): void => {
    if (what === undefined) return
    if (taken.has(`${kind} ${what}`))
      wrong.push({ path: `${path}.${kind}`, message: 'Named twice.' })
    taken.add(`${kind} ${what}`)
  }
  const named = asked.map((use) => ({ ...use, name: underSelf(use.name, self) }))
  for (const [index, { name, env, file }] of named.entries()) {
    const path = `secrets.${index}`
    if (self !== undefined && !name.startsWith(`${self}/`)) {
      wrong.push({ path: `${path}.name`, message: `A workload has its own: “${self}/…”.` })
    }
    if (env === undefined && file === undefined) {
      wrong.push({ path, message: 'Say where it goes: env, file, or both.' })
    }
    claim(env, 'env', path)
    claim(file, 'file', path)
  }
  return named
}
