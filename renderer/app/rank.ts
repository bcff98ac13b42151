/**
 * Orders things by how well one of their names fits what was typed: begins with it, has a word that begins
 * with it, has it inside, has its letters in order. Others are left out.
 */
export function rank<T>(
  things: readonly T[],
  query: string,
  namesOf: (thing: T) => readonly string[],
): T[] {
  const wanted = query.trim().toLowerCase()
  if (wanted === '') return [...things]
  return things
    .map((thing) => {
      const scores = namesOf(thing).map((name) => scoreOf(name.toLowerCase(), wanted))
      return { thing, score: Math.max(...scores) }
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .map(({ thing }) => thing)
}

function scoreOf(name: string, wanted: string): number {
  if (name.startsWith(wanted)) return 4
  if (name.split(/[\s\-_.]+/).some((word) => word.startsWith(wanted))) return 3
  if (name.includes(wanted)) return 2
  let at = 0
  for (const letter of name) if (letter === wanted[at]) at += 1
  return at === wanted.length ? 1 : 0
}
