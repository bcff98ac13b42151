/** `--rounds=N` for a quick look; without it as many as the figures in the page are of. */
export function roundsOr(usual: number): number {
  const [, asked] = /^--rounds=(\d+)$/.exec(process.argv.find(isRounds) ?? '') ?? []
  return Math.max(1, Number(asked ?? usual))
}

const isRounds = (argument: string): boolean => argument.startsWith('--rounds=')
