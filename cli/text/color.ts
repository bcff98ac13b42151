/** Colour beside a word, never instead of it. */
const COLORS = {
  good: 32,
  waiting: 33,
  bad: 31,
} as const

const MEANING: Record<string, keyof typeof COLORS> = {
  Ready: 'good',
  Running: 'good',
  healthy: 'good',
  Cordoned: 'waiting',
  Draining: 'waiting',
  Asleep: 'waiting',
  Paused: 'waiting',
  Pending: 'waiting',
  Pulling: 'waiting',
  Starting: 'waiting',
  Progressing: 'waiting',
  Degraded: 'waiting',
  Stopping: 'waiting',
  Deleting: 'waiting',
  NotReady: 'bad',
  Failed: 'bad',
  unhealthy: 'bad',
}

/** A word of the contract in the colour of what it means, where the terminal shows colours. */
export function paint(terminal: { colors: boolean }, word: string): string {
  const meaning = MEANING[word]
  return terminal.colors && meaning ? `\u001b[${COLORS[meaning]}m${word}\u001b[0m` : word
}
