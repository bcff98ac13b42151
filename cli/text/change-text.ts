/** One field of a change, for people: `+ path: new`, `- path: old` or `~ path: old → new`. */
export function changeText({
  path,
  before,
  after,
}: {
  path: string
  before?: string | undefined
  after?: string | undefined
}): string {
  if (before === undefined) return `+ ${path}: ${after}`
  if (after === undefined) return `- ${path}: ${before}`
  return `~ ${path}: ${before} → ${after}`
}
