import { describe, expect, it } from 'vitest'
import { paint } from './color.ts'
import { bytes, cores, duration } from './format.ts'
import { keyValues, parseDurationMs, port } from './parse.ts'
import { pairs, table } from './table.ts'

describe('text for people', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [512 * 2 ** 20, '512 MiB'],
    [11.75 * 2 ** 30, '11.8 GiB'],
  ])('shows %d bytes as %s', (count, text) => expect(bytes(count)).toBe(text))

  it('shows cores and durations in the unit that says enough', () => {
    expect([cores(2_000), cores(250)]).toEqual(['2 cores', '0.3 cores'])
    expect([5, 90, 125, 7_300, 200_000].map(duration)).toEqual(['5s', '90s', '2m', '2h', '2d'])
  })

  it('lines columns up, colours or not, and leaves no spaces at the end', () => {
    const status = paint({ colors: true }, 'Ready')
    expect(status).not.toBe('Ready')
    expect(paint({ colors: false }, 'Ready')).toBe('Ready')
    expect(
      table(
        ['A', 'B', 'C'],
        [
          ['xxx', status, ''],
          ['y', 'Draining', 'z'],
        ],
      ),
    ).toBe(`A    B         C\nxxx  ${status}\ny    Draining  z`)
    expect(
      pairs([
        ['A', '1'],
        ['Long', undefined],
        ['Bb', '2'],
      ]),
    ).toBe('A   1\nBb  2')
  })
})

describe('values of flags', () => {
  it.each([
    ['30s', 30_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['10', undefined],
    ['-5s', undefined],
    ['1.5h', undefined],
  ])('reads the duration %s', (text, ms) => expect(parseDurationMs(text)).toBe(ms))

  it('reads ports: host 0 is any, udp by name', () => {
    expect(port('8080:80')).toEqual({ hostPort: 8080, containerPort: 80 })
    expect(port('0:80')).toEqual({ containerPort: 80 })
    expect(port('53/udp')).toEqual({ containerPort: 53, protocol: 'udp' })
    expect(() => port('web:80')).toThrow(/HOST:CONTAINER/)
  })

  it('reads pairs whose value holds the sign too', () => {
    expect(keyValues('-e', ['A=b=c', 'B='])).toEqual({ A: 'b=c', B: '' })
    expect(() => keyValues('-e', ['=b'])).toThrow(/KEY=VALUE/)
  })
})
