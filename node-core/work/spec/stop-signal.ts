/** What a container is asked to end by, where the image says none or not the right one. */
import { z } from 'zod'

/** POSIX's, what web servers take as a wish to end in peace, and what systemd in an image ends by. */
const STOP_SIGNALS = [
  'SIGTERM',
  'SIGINT',
  'SIGQUIT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGABRT',
  'SIGKILL',
  'SIGWINCH',
  'SIGPWR',
  'SIGRTMIN+3',
] as const
export type StopSignal = (typeof STOP_SIGNALS)[number]

export const stopSignal = z.enum(STOP_SIGNALS, { error: `One of ${STOP_SIGNALS.join(', ')}.` })

/** As they are numbered on Linux, which is where containers run. */
const NUMBERED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ 1: 'SIGHUP', 2: 'SIGINT', 3: 'SIGQUIT', 6: 'SIGABRT', 9: 'SIGKILL', 10: 'SIGUSR1' },
    ...{
      12: 'SIGUSR2',
      14: 'SIGALRM',
      15: 'SIGTERM',
      28: 'SIGWINCH',
      30: 'SIGPWR',
      37: 'SIGRTMIN+3',
    },
  }),
)

/** As engines take them: `QUIT`, `sigquit` and `3` are SIGQUIT. Undefined for none of those that may be said. */
export function parseStopSignal(text: string): StopSignal | undefined {
  const upper = text.trim().toUpperCase()
  const named = NUMBERED.get(upper) ?? (upper.startsWith('SIG') ? upper : `SIG${upper}`)
  return STOP_SIGNALS.find((one) => one === named)
}
