/**
 * A line of a log as a text that others hand back to read on behind it. It says which log that is, and
 * which line: not when it was written, since clocks differ and many lines share a moment.
 */
import type { NodeId } from '../../base/net/index.ts'

/** A line of the log of an instance. */
export interface LinePlace {
  /** Since when that log is kept. ISO 8601. One that was begun anew has other lines of these numbers. */
  log: string
  /** Which line of it; the first one is 1. */
  number: number
}

/** Enough to tell apart two nodes that say they run the same instance. */
const NODE_LETTERS = 16
const FORM = /^([a-z0-9-]{1,90})\.([0-9a-f]{16})\.([0-9a-z]{1,11})\.([0-9a-z]{1,11})$/

/** Of the lines of one log. */
export function placesIn(log: string, instance: string, node: NodeId): (line: number) => string {
  const before = `${whoseLog(instance, node)}.${Math.max(0, Date.parse(log)).toString(36)}.`
  return (line) => before + line.toString(36)
}

/** Whose log a place is in, as `parsePlace` says it too. */
export function whoseLog(instance: string, node: NodeId): string {
  return `${instance}.${node.slice(0, NODE_LETTERS)}`
}

/** Undefined for what no node said. */
export function parsePlace(text: string): (LinePlace & { whose: string }) | undefined {
  const [, instance, node, log = '', number = ''] = FORM.exec(text) ?? []
  const [ms, line] = [Number.parseInt(log, 36), Number.parseInt(number, 36)]
  const isTime = ms <= 8_640_000_000_000_000
  if (!isTime || !Number.isSafeInteger(line)) return undefined
  return { whose: `${instance}.${node}`, log: new Date(ms).toISOString(), number: line }
}
