/** Paths that a container is told, where what they name lies somewhere else here. */
import type { PartDraft } from './draft.ts'

/** Where files of secrets lie in every instance. */
export const HERE = '/run/mycelium/secrets/'

/** In its variables, its command and its arguments. */
export function leadElsewhere(part: PartDraft, paths: ReadonlyMap<string, string>): void {
  const led = (text: string): string =>
    [...paths].reduce((now, [from, to]) => {
      return now.replaceAll(new RegExp(`${escaped(from)}(?![\\w.-])`, 'g'), () => to)
    }, text)
  for (const [name, value] of part.env) part.env.set(name, led(value))
  if (part.command) part.command = part.command.map(led)
  if (part.args) part.args = part.args.map(led)
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
