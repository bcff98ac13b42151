/** Secrets of a workload's own, whose values have yet to be set. Every container is handed all of them. */
import type { Draft, PartDraft, SecretNamed } from './draft.ts'
import type { ManifestSecret } from './manifest.ts'
import type { Place } from './report.ts'

/** As a variable or a file. */
type Goes = Omit<ManifestSecret, 'name'>

export function addSecret(
  draft: Draft,
  secret: string,
  { goes, ...named }: SecretNamed & { goes: Goes },
): void {
  const name = `${draft.name}/${secret}`
  const place = placeOf(goes)
  // Of two variables of one container the later one counts; of two files one would be missing.
  if (goes.env !== undefined && draft.secrets.get(place)?.name !== name) {
    leave(draft, place, named.part)
  }
  const there = draft.secrets.get(place)
  if (!there) draft.secrets.set(place, { name, ...goes, named: [named] })
  else if (there.name === name) there.named.push(named)
  else draft.scope.say(named.at, 'secrets-clash', clashOf(goes, there.named[0]?.at))
}

/** A plain variable of the container is said later, and counts. */
export function overSecret(draft: Draft, part: PartDraft, env: string): void {
  leave(draft, placeOf({ env }), part)
}

function placeOf({ env = '', file = '' }: Goes): string {
  return `${env} ${file}`
}

function leave({ secrets, scope }: Draft, place: string, part: PartDraft): void {
  const secret = secrets.get(place)
  const left = secret?.named.filter((one) => one.part === part) ?? []
  for (const { at } of left) scope.say(at, 'said-again')
  if (!secret || left.length === 0) return
  secret.named = secret.named.filter((one) => one.part !== part)
  if (secret.named.length === 0) secrets.delete(place)
}

/** Once all of the workload was read. */
export function saySecrets({ secrets, parts, scope }: Draft): void {
  for (const { name, env, file, named } of secrets.values()) {
    const own = new Set(named.map(({ part }) => part))
    const plain = parts.find((part) => !own.has(part) && env !== undefined && part.env.has(env))
    for (const { at, instead } of named) {
      if (plain) scope.say(at, 'secrets-clash', clashOf({ ...(env && { env }) }, plain.at))
      const other = instead === undefined ? '' : `, not in ${instead}`
      const where = file === undefined ? '' : ` It lies in /run/mycelium/secrets/${file}${other}.`
      const how = `Set it with “mycelium secret set ${name}”; until then the workload waits.`
      scope.say(at, 'secret-to-set', `Its value does not come along. ${how}${where}`)
    }
  }
}

function clashOf({ env, file }: Goes, other: Place | undefined): string {
  const what = env === undefined ? `the file “${file}”` : `the variable “${env}”`
  return `Another value is ${what} too (${other?.path}, line ${other?.line}), and every container of a workload is handed all of its secrets: give one of them another name.`
}
