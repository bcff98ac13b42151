import type { AuditEntryView } from '../../../node-core/api/contract/index.ts'
import type { Text } from '../../i18n/index.ts'

/** Codes of why a command was refused, was never run, or ended without an exit code. */
const KNOWN = ['FORBIDDEN', 'NOT_RUNNABLE', 'NOT_FOUND', 'TOO_LONG', 'LEFT', 'NODE_STOPS'] as const

/** How a command ended, in words. */
export function endOf(
  { what, exitCode, reason }: Pick<AuditEntryView, 'what' | 'exitCode' | 'reason'>,
  t: Text,
): string {
  if (what === 'began') return t('computer.commands.running')
  if (exitCode !== undefined) return t('computer.commands.ended', { code: exitCode })
  if (what === 'refused') return t('computer.commands.refused', { why: whyOf(reason ?? '', t) })
  if (reason === undefined) return t('computer.commands.cutOff')
  // The node adds to the code that what it cut off may go on.
  const [code = '', ...more] = reason.split(', ')
  if (code === 'NOT_RUNNABLE' || code === 'NOT_FOUND') {
    return t('computer.commands.notRun', { why: whyOf(code, t) })
  }
  const isCutOff = KNOWN.some((each) => each === code)
  // What the system said of it is a sentence already.
  if (!isCutOff) return reason
  const ended = t('computer.commands.cutOffBy', { why: whyOf(code, t) })
  return more.length > 0 ? `${ended}, ${t('computer.commands.mayGoOn')}` : ended
}

function whyOf(code: string, t: Text): string {
  const known = KNOWN.find((each) => each === code)
  return known === undefined ? code : t(`computer.commands.why.${known}`)
}
