/** A fetcher's own order of pieces: a permutation that its seed gives. */

/** The place of each piece (Fisher and Yates, with a linear congruential generator modulo 2³²). */
export function pieceRanks(size: number, seed: number): Uint32Array {
  const ranks = Uint32Array.from({ length: size }, (_, index) => index)
  let state = seed >>> 0
  for (let left = size - 1; left > 0; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // The high bits: the low ones of such a generator go round in short circles.
    const other = Math.floor((state / 2 ** 32) * (left + 1))
    const [one, two] = [ranks[left] ?? 0, ranks[other] ?? 0]
    ranks[left] = two
    ranks[other] = one
  }
  return ranks
}
