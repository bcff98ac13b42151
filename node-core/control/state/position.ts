/** Where a record stands in its author's stream: incarnation first, then counter. */
export type Position = readonly [incarnation: number, counter: number]

/** Before every record. */
export const START: Position = [0, 0]

/** Negative when `left` comes before `right`. */
export function comparePositions(left: Position, right: Position): number {
  return left[0] - right[0] || left[1] - right[1]
}

export function isAfter(left: Position, right: Position): boolean {
  return comparePositions(left, right) > 0
}

export function laterOf(left: Position, right: Position): Position {
  return isAfter(left, right) ? left : right
}

export function earlierOf(left: Position, right: Position): Position {
  return isAfter(left, right) ? right : left
}
