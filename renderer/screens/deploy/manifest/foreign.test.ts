import { describe, expect, it } from 'vitest'
import { isForeign } from './foreign.ts'

describe('a text that was written for something else', () => {
  it.each([
    'services:\n  web:\n    image: web:1\n',
    '# mine\n\nversion: "3"\n',
    '---\napiVersion: v1\n',
    'docker run -p 80:80 nginx',
    'sudo docker run nginx',
  ])('is known by how it begins: %j', (text) => {
    expect(isForeign(text)).toBe(true)
  })

  it.each(['', '# nothing else', '{ name: web }', '[', '"name": "web"', 'hello'])(
    'is not seen in %j',
    (text) => {
      expect(isForeign(text)).toBe(false)
    },
  )
})
