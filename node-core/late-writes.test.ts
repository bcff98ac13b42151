import { describe, expect, it } from 'vitest'
import { lateWrites } from './late-writes.ts'

const report = (
  commands: number,
  part: { compacted?: boolean; unreadable?: boolean; altered?: boolean } = {},
) => ({
  ...{ commands: { length: commands }, rows: { length: 0 } },
  ...{ compacted: false, unreadable: false, altered: false, ...part },
})
const said = (...reports: ReturnType<typeof report>[]) =>
  lateWrites(reports).map(({ code, message }) => `${code} ${message.split(' that ')[0]}`)

describe('a copy that was overruled', () => {
  it('is no news while nothing of it was late', () => {
    expect(lateWrites([])).toEqual([])
  })

  it('counts what was late', () => {
    expect(said(report(1))).toEqual(['LATE_WRITES One write'])
    expect(said(report(2), report(1))).toEqual(['LATE_WRITES 3 writes'])
  })

  it('does not say of one that could not be read that nothing was late', () => {
    const [reason, ...others] = lateWrites([report(0, { unreadable: true })])
    expect(others).toEqual([])
    expect(reason?.code).toBe('LATE_UNKNOWN')
    expect(reason?.message).toMatch(/could not be read.*is not known/)
  })

  it('does not say of one that is only left as a state that nothing was late', () => {
    const [reason] = lateWrites([report(0, { compacted: true })])
    expect(reason?.code).toBe('LATE_UNKNOWN')
    expect(reason?.message).toMatch(/keys are compared.*workloads.*is not known/)
  })

  it('says that another past was gone on from, whether or not anything was late', () => {
    const codes = (commands: number) =>
      lateWrites([report(commands, { altered: true })]).map(({ code }) => code)
    expect(codes(0)).toEqual(['PAST_ALTERED'])
    expect(codes(4)).toEqual(['LATE_WRITES', 'PAST_ALTERED'])
  })
})
