/** What a computer can be in a network. */
export const ROLES = ['sclerotia', 'rhizomorph', 'hypha'] as const

/** Narrows a text to one of a closed set. */
export function isOneOf<const T extends string>(choices: readonly T[], text: string): text is T {
  return choices.some((choice) => choice === text)
}
