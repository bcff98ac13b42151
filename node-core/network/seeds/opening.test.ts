import { expect, it } from 'vitest'
import { mustBeSafe } from './opening.ts'

it.each(['http://seeds.example/a', 'HTTP://10.0.0.7/a'])('publishes nothing to %s', (location) => {
  expect(() => mustBeSafe(location)).toThrow(/https:\/\//)
})

it.each(['https://seeds.example/a', 'http://127.0.0.1:8080/a', '/srv/seed', 's3://bucket/key'])(
  'takes %s',
  (location) => {
    expect(() => mustBeSafe(location)).not.toThrow()
  },
)
