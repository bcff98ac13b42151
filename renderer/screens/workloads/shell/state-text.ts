import type { Text } from '../../../i18n/index.ts'
import type { ShellState } from './session.ts'

/** How the session is, in a sentence. */
export function stateText(state: ShellState, t: Text): string {
  switch (state.at) {
    case 'opening':
      return t('workloads.terminal.opening')
    case 'running':
      return t('workloads.terminal.running')
    case 'ended':
      return t('workloads.terminal.ended', { code: state.exitCode })
    case 'broken':
      // It never began: nothing was cut off.
      if (state.problem?.reason === 'NOT_RUNNABLE') return state.problem.message
      return state.problem
        ? t('workloads.terminal.broken', { message: state.problem.message })
        : t('workloads.terminal.cutOff')
  }
}
