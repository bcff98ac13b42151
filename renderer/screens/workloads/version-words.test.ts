import { describe, expect, it } from 'vitest'
import { changeWords } from './version-words.ts'

describe('what a change changed', () => {
  it('is said with whether copies were replaced for it', () => {
    const changes = [{ path: 'edge.access', before: '"public"', after: '"members"' }]
    expect(changeWords({ changes, replaces: false })).toEqual({
      ...{ intro: 'workloads.version.stayed', lines: changes, left: 0 },
    })
    expect(changeWords({ changes, replaces: true }).intro).toBe('workloads.version.replaced')
  })

  it('is a restart where nothing was, and in no other case', () => {
    const mark = { path: 'restarted', after: '3' }
    const words = changeWords({ changes: [mark], replaces: true })
    expect(words).toEqual({ intro: 'workloads.version.restarted', lines: [], left: 0 })
    for (const back of [{ before: '3' }, { before: '3', after: '2' }]) {
      const { intro } = changeWords({ changes: [{ path: 'restarted', ...back }], replaces: true })
      expect(intro).toBe('workloads.version.restartTakenBack')
    }
    const both = changeWords({ changes: [mark, { path: 'priority', after: '1' }], replaces: true })
    expect([both.intro, both.lines.length]).toEqual(['workloads.version.replaced', 2])
    expect(changeWords({ changes: [], replaces: false }).intro).toBe('workloads.version.stayed')
  })

  it('is bounded: ten fields, and no value that fills the page', () => {
    const changes = Array.from({ length: 12 }, (_, at) => {
      return { path: `labels.l${at}`, after: 'x'.repeat(5_000) }
    })
    const { lines, left } = changeWords({ changes, replaces: false })
    expect([lines.length, left]).toEqual([10, 2])
    expect(lines[0]).toEqual({ path: 'labels.l0', before: undefined, after: `${'x'.repeat(160)}…` })
  })
})
