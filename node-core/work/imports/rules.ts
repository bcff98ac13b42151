/** Rules about fields that several formats use. */
import { isWorkingDirectory, parseStopSignal } from '../spec/index.ts'
import type { ReportCode } from './codes.ts'
import type { PartDraft } from './draft.ts'
import type { Scope } from './report.ts'
import { byRules, each, isEmpty, type Rules, type Tree, textOf } from './tree.ts'

interface Scoped {
  scope: Scope
}

export const say =
  (code: ReportCode) =>
  (at: Tree, { scope }: Scoped): void =>
    scope.say(at, code)

/** The rule for each item of a list. */
export const all = <Into extends Scoped>(rule: (at: Tree, into: Into) => void) => {
  return (at: Tree, into: Into): void => {
    if (isEmpty(at)) into.scope.say(at, 'kept')
    else for (const item of each(at)) rule(item, into)
  }
}

export const sayOf = (code: ReportCode, ...names: string[]) =>
  names.map((name) => [name, all(say(code))] as const)

/** The rules for what stands within. */
export const within = <Into extends Scoped>(rules: () => Rules<Into>) => {
  return (at: Tree, into: Into): void => byRules(at, rules(), { into, scope: into.scope })
}

/** One that cannot be read is refused: a program elsewhere finds nothing of what it names. */
export function takeWorkingDirectory(
  at: Tree,
  { part, scope }: Scoped & { part: PartDraft },
): void {
  const path = takeText(at, scope, {
    fits: isWorkingDirectory,
    wrong: 'Not a whole path, such as "/srv/app".',
  })
  if (path !== undefined) part.workingDir = path
}

/** One that cannot be had is refused: by another it may end in the middle of what it does. */
export function takeStopSignal(at: Tree, { part, scope }: Scoped & { part: PartDraft }): void {
  const signal = takeText(at, scope, {
    fits: (text) => parseStopSignal(text) !== undefined,
    wrong: 'Not a signal that asks a container to end, such as "SIGTERM", "SIGINT" or "SIGQUIT".',
  })
  const read = parseStopSignal(signal ?? '')
  if (read !== undefined) part.stopSignal = read
}

/** A text of its form, kept; undefined for none. Of another form it is refused. */
export function takeText(
  at: Tree,
  scope: Scope,
  { fits, wrong }: { fits(text: string): boolean; wrong: string },
): string | undefined {
  const text = textOf(at) ?? ''
  const isFit = fits(text)
  if (isFit || isEmpty(at)) scope.say(at, 'kept')
  else scope.say(at, 'wrong-form', wrong)
  return isFit ? text : undefined
}

export function takeImage(at: Tree, { part, scope }: Scoped & { part: PartDraft }): void {
  const image = textOf(at) ?? ''
  if (image !== '') part.image = image
  scope.say(at, image === '' ? 'wrong-form' : 'kept')
}
