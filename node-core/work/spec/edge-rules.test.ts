import { describe, expect, it } from 'vitest'
import { applyChange, edgeOf, parseStoredWorkload, parseWorkload, storedForm } from './index.ts'
import { templateOf } from './template.ts'
import { refusal } from './testing/refusal.ts'

const web = (edge?: unknown): unknown => ({
  name: 'web',
  containers: [
    { image: 'a', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'udp' }] },
  ],
  ...(edge !== undefined && { edge }),
})
const port = (port: number, containerPort = 80) => ({ port, containerPort })

describe('what is asked of the edge', () => {
  it('is filled up where something is said, and absent where nothing is', () => {
    expect(parseWorkload(web())).not.toHaveProperty('edge')
    const edge = parseWorkload(web({ tcp: [port(8_000)] })).edge
    expect(edge).toMatchObject({ tcp: [port(8_000)], answerMs: 120_000 })
    expect(edgeOf({})).toMatchObject({ tcp: [] })
  })

  it('is kept as it was committed', () => {
    for (const workload of [parseWorkload(web()), parseWorkload(web({ answerMs: 1_000 }))]) {
      expect(parseStoredWorkload(storedForm(workload))).toEqual(workload)
    }
  })

  it('is no part of what an instance is made of', () => {
    const plain = parseWorkload(web())
    expect(templateOf(parseWorkload(web({ tcp: [port(8_000)] })))).toBe(templateOf(plain))
  })

  it('changes field by field', () => {
    const before = parseWorkload(web({ tcp: [port(8_000)], answerMs: 1_000 }))
    const { edge } = applyChange(before, { edge: { idleMs: 2_000 } })
    expect(edge).toMatchObject({ tcp: [port(8_000)], answerMs: 1_000, idleMs: 2_000 })
    expect(applyChange(before, { replicas: 2 }).edge).toEqual(before.edge)
  })

  it('takes a rate with room for a second’s worth, and away again', () => {
    const limited = parseWorkload(web({ rate: { perMinute: 150 } }))
    expect(limited.edge?.rate).toEqual({ perMinute: 150, burst: 3 })
    expect(parseStoredWorkload(storedForm(limited))).toEqual(limited)
    expect(applyChange(limited, { edge: { access: 'members' } }).edge).toMatchObject({
      access: 'members',
      rate: { perMinute: 150, burst: 3 },
    })
    expect(applyChange(limited, { edge: { rate: null } }).edge).not.toHaveProperty('rate')
  })

  it('leads to HTTPS where that is asked for, until it is not', () => {
    const led = parseWorkload(web({ https: 'redirect' }))
    expect(led.edge).toMatchObject({ https: 'redirect' })
    expect(parseStoredWorkload(storedForm(led))).toEqual(led)
    expect(applyChange(led, { edge: { access: 'members' } }).edge).toMatchObject({
      https: 'redirect',
    })
    expect(applyChange(led, { edge: { https: 'offer' } }).edge).not.toHaveProperty('https')
    expect(parseWorkload(web({ https: 'offer' })).edge).not.toHaveProperty('https')
  })

  it.each([
    [{ https: 'always' }, 'edge.https'],
    [{ tcp: [port(80)] }, 'edge.tcp.0.port'],
    [{ tcp: [port(4_000)] }, 'edge.tcp.0.port'],
    [{ tcp: [port(7_780)] }, 'edge.tcp.0.port'],
    [{ tcp: [port(8_080)] }, 'edge.tcp.0.port'],
    [{ tcp: [port(8_000, 81)] }, 'edge.tcp.0.containerPort'],
    [{ tcp: [port(8_000, 53)] }, 'edge.tcp.0.containerPort'],
    [{ tcp: [port(8_000), port(8_000)] }, 'edge.tcp.1.port'],
    [{ answerMs: 1 }, 'edge.answerMs'],
    [{ access: 'friends' }, 'edge.access'],
    [{ access: { owners: [] } }, 'edge.access.owners'],
    [{ access: { owners: ['ada'] } }, 'edge.access.owners.0'],
    [{ rate: { perMinute: 0 } }, 'edge.rate.perMinute'],
    [{ rate: { perMinute: 1.5 } }, 'edge.rate.perMinute'],
    [{ rate: { perMinute: 1, burst: 0 } }, 'edge.rate.burst'],
    [{ nonsense: 1 }, 'edge.nonsense'],
  ])('refuses %j by its field', (edge, path) => {
    expect(refusal(() => parseWorkload(web(edge)))).toEqual([path])
  })

  it('is read as it was committed where a port is one that nodes have by now', () => {
    const stored = storedForm(parseWorkload(web({ tcp: [port(8_000)] })))
    const older = JSON.parse(JSON.stringify(stored).replace('8000', '8080'))
    const before = parseStoredWorkload(older)
    expect(before?.edge?.tcp).toEqual([port(8_080)])
    // It goes on being changed, and is what it was.
    expect(before && applyChange(before, { replicas: 2 }).edge?.tcp).toEqual([port(8_080)])
  })

  it('cannot go on publishing a port that is no longer declared', () => {
    const before = parseWorkload(web({ tcp: [port(8_000)] }))
    const wrong = refusal(() => applyChange(before, { ports: [{ containerPort: 81 }] }))
    expect(wrong).toEqual(['edge.tcp.0.containerPort'])
  })
})
