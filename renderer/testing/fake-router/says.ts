/** What a node says in its own words, in whatever language the window is. */
export const SAYS = {
  cordoned: 'Takes no new work.',
  kind: 'Cannot run containers.',
  dataHere: 'What it keeps lies on that computer.',
  noImage: 'No node has this image.',
} as const

export const NODE_SAYS: readonly string[] = Object.values(SAYS)
