import { describe, expect, it } from 'vitest'
import {
  beginsDay,
  copyNames,
  filterLines,
  formatLine,
  LOG_LINES_MAX,
  type LogLine,
  mergeLines,
  withOlder,
} from './log-lines.ts'

const line = (second: number, text: string, node = 'a'): LogLine => ({
  at: new Date(second * 1_000).toISOString(),
  instance: `${node}-0`,
  node,
  stream: 'stdout',
  line: text,
  place: `${node} ${text}`,
})

describe('copies whose lines are merged', () => {
  const copy = (id: string, index: number) => ({ id, index, nodeName: 'attic' })
  const named = (...copies: ReturnType<typeof copy>[]) => [...copyNames('web', copies).values()]

  it('are told apart by the names that the command line takes', () => {
    expect(named(copy('web-0-aa', 0), copy('web-1-bb', 1))).toEqual([
      { copy: 'web-0', node: 'attic' },
      { copy: 'web-1', node: 'attic' },
    ])
  })

  it('are told by their own ids where one has followed another', () => {
    const ids = named(copy('web-0-aa', 0), copy('web-0-bb', 0), copy('web-1-cc', 1))
    expect(ids.map((one) => one.copy)).toEqual(['web-0-aa', 'web-0-bb', 'web-1'])
  })
})

describe('log lines', () => {
  it('are merged by time, and those of one moment as they came', () => {
    const merged = mergeLines(
      [line(1, 'one'), line(3, 'three')],
      [line(2, 'two', 'b'), line(3, 'after')],
    )
    expect(merged.map((each) => each.line)).toEqual(['one', 'two', 'three', 'after'])
  })

  it('of one copy stay in their order where its clock was set back', () => {
    const merged = mergeLines(
      [line(5, 'five'), line(1, 'then one')],
      [line(4, 'four', 'b'), line(2, 'then two')],
    )
    expect(merged.map((each) => each.line)).toEqual(['four', 'five', 'then one', 'then two'])
  })

  it('are kept up to a limit, the newest ones', () => {
    const many = Array.from({ length: LOG_LINES_MAX + 10 }, (_, index) =>
      line(index, String(index)),
    )
    const merged = mergeLines([], many)
    expect(merged).toHaveLength(LOG_LINES_MAX)
    expect(merged.at(-1)?.line).toBe(String(LOG_LINES_MAX + 9))
  })

  it('are found whatever the case', () => {
    expect(filterLines([line(1, 'GET /Home'), line(2, 'POST /')], ' home ')).toHaveLength(1)
  })

  it('that are looked for are those of the page, and what nodes found that it does not hold', () => {
    const held = [line(2, 'quiet', 'a'), line(8, 'GET /', 'b'), line(9, 'POST /', 'b')]
    const older = [
      line(1, 'GET /old', 'a'),
      line(5, 'GET /of b', 'b'),
      line(6, 'GET /gone', 'c'),
      line(8, 'GET /', 'b'),
      line(8, 'GET /of the same moment', 'b'),
      { ...line(4, 'some lines were left out', 'b'), stream: 'note' as const },
    ]
    const found = withOlder(filterLines(held, 'get'), older, held)
    expect(found.map((each) => each.line)).toEqual([
      ...['GET /old', 'GET /of b', 'GET /gone'],
      ...['GET /of the same moment', 'GET /'],
    ])
    expect(withOlder(held, [], held)).toEqual(held)
  })

  it('say their day where it changes, and before the first unless it is today', () => {
    // By the calendar of whoever looks.
    const at = (day: number, hour: number) => {
      return { at: new Date(2026, 10, day, hour, 59).toISOString() }
    }
    const nowMs = Date.parse(at(20, 12).at)
    expect(beginsDay(at(20, 0), undefined, nowMs)).toBe(false)
    expect(beginsDay(at(19, 23), undefined, nowMs)).toBe(true)
    expect(beginsDay(at(19, 23), at(19, 0), nowMs)).toBe(false)
    expect(beginsDay(at(20, 0), at(19, 23), nowMs)).toBe(true)
  })

  it('are written with time, node and stream', () => {
    expect(formatLine(line(0, 'hello'), 'attic')).toBe(
      '1970-01-01T00:00:00.000Z attic stdout hello',
    )
  })
})
