/** What is said of an amount that cannot be read: how it is written, and what forms it may have. */
import type { ReportCode } from './codes.ts'
import type { Scope } from './report.ts'
import { type Tree, textOf } from './tree.ts'

const FORMS = {
  cores: 'a number of cores, such as "0.5", ".5" or "2"',
  millicores: 'a number of cores, such as "500m", "0.5" or "2"',
  dockerBytes: 'an amount of memory, such as "512m", "1.5g", "64kb" or a number of bytes',
  bytes: 'an amount of memory, such as "512Mi", "1.5Gi", "500M" or a number of bytes',
  duration: 'a time, such as "30s", "1m30s" or "500ms"',
  seconds: 'a whole number of seconds',
  count: 'a whole number',
  id: 'the number of a user or a group, such as 1000',
} as const

/** Says `code` where the amount was read, and otherwise what is wrong with it. */
export function sayAmount(
  at: Tree,
  { read, form, code = 'kept' }: { read: unknown; form: keyof typeof FORMS; code?: ReportCode },
  scope: Scope,
): void {
  if (read !== undefined) {
    scope.say(at, code)
    return
  }
  const text = textOf(at) ?? ''
  // A report repeats no values, which may be passwords (docs/adr/0021): only what is like an amount.
  const isLikeOne = /^[-+]?(\d{1,9}[.,/]?|[.,])\d{0,9} ?[A-Za-z%]{0,3}([-+]?\d{1,3})?$/.test(text)
  scope.say(at, 'wrong-form', `${isLikeOne ? `“${text}” is not` : 'Not'} ${FORMS[form]}.`)
}
