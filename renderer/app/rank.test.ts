import { describe, expect, it } from 'vitest'
import { rank } from './rank.ts'

const names = ['library-1', 'attic', 'ben-library', 'molly-bar', 'call']
const find = (query: string): string[] => rank(names, query, (name) => [name])

describe('ranking', () => {
  it('puts what begins with the words first, then words inside, then letters in order', () => {
    expect(find('lib')).toEqual(['library-1', 'ben-library'])
    expect(find('l')).toEqual(['library-1', 'ben-library', 'molly-bar', 'call'])
    expect(find('lbr')).toEqual(['library-1', 'ben-library', 'molly-bar'])
  })

  it('keeps everything in order for an empty question', () => {
    expect(find(' ')).toEqual(names)
  })

  it('finds a thing by any of its names', () => {
    const things = [['Change appearance', 'Theme, dark'], ['Dashboard']]
    expect(rank(things, 'dark', (thing) => thing)[0]).toBe(things[0])
  })

  it('leaves out what does not fit', () => {
    expect(find('zz')).toEqual([])
  })
})
