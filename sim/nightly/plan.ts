/** What a night simulates, in pieces: all parts come on alike, so that a night cut short has some of each. */
export interface Part {
  readonly name: string
  /** For `sim/run.ts`. */
  readonly args: readonly string[]
  readonly seeds: number
  /** Seeds of one piece: about half a minute of work. */
  readonly each: number
}

export interface Piece {
  readonly part: Part
  readonly first: number
  readonly count: number
}

/** One of so many machines, or nights, from 1. */
export interface Shard {
  readonly at: number
  readonly of: number
}

const engineLiars = ['--consensus', 'simplex', '--liars']
const simplex = ['--primary', '--engine', 'simplex']

export const PARTS: readonly Part[] = [
  { name: 'shared state', args: [], seeds: 2_000, each: 250 },
  { name: 'whole nodes, Raft', args: ['--primary'], seeds: 1_000, each: 50 },
  { name: 'whole nodes, Raft, seven', args: ['--primary', '--voters', '7'], seeds: 200, each: 15 },
  { name: 'whole nodes, Simplex', args: simplex, seeds: 300, each: 20 },
  { name: 'whole nodes, f liars', args: [...simplex, '--liars'], seeds: 300, each: 15 },
  { name: 'whole nodes, f + 1 liars', args: [...simplex, '--overrun'], seeds: 100, each: 25 },
  { name: 'at work, Raft', args: ['--work'], seeds: 1_000, each: 25 },
  { name: 'at work, Simplex', args: ['--work', '--engine', 'simplex'], seeds: 200, each: 8 },
  { name: 'recovery among liars', args: ['--recovery'], seeds: 300, each: 25 },
  { name: 'engine, Raft', args: ['--consensus', 'raft'], seeds: 20_000, each: 500 },
  { name: 'engine, Simplex', args: ['--consensus', 'simplex'], seeds: 10_000, each: 250 },
  { name: 'engine, liars', args: engineLiars, seeds: 5_000, each: 250 },
  { name: 'engine, 4 of 13 lie', args: [...engineLiars, '--voters', '13'], seeds: 200, each: 20 },
  { name: 'engine, 5 of 16 lie', args: [...engineLiars, '--voters', '16'], seeds: 200, each: 12 },
  { name: 'engine, 8 of 25 lie', args: [...engineLiars, '--voters', '25'], seeds: 100, each: 5 },
  { name: 'followers', args: ['--follow'], seeds: 500, each: 20 },
  // Each planted fault is sought among so many seeds, so that they are one piece.
  { name: 'planted faults', args: ['--mutations'], seeds: 300, each: 300 },
]

/** In the order in which they are run: by how far each part has come with it. */
export function piecesOf(parts: readonly Part[], firstSeed: number): Piece[] {
  const placed = parts.flatMap((part) => {
    const pieces = Math.ceil(part.seeds / part.each)
    return Array.from({ length: pieces }, (_, at) => {
      const count = Math.min(part.each, part.seeds - at * part.each)
      return { piece: { part, first: firstSeed + at * part.each, count }, place: at / pieces }
    })
  })
  return placed.sort((left, right) => left.place - right.place).map(({ piece }) => piece)
}

export function shardOf<T>(pieces: readonly T[], { at, of }: Shard): T[] {
  return pieces.filter((_, index) => index % of === at - 1)
}

/** `2/8`: the second of eight. */
export function parseShard(text: string): Shard | undefined {
  const [, at, of] = /^(\d+)\/(\d+)$/.exec(text)?.map(Number) ?? []
  return at !== undefined && of !== undefined && at >= 1 && at <= of ? { at, of } : undefined
}
