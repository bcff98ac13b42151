/** Which of the three languages a text is in, where nobody says it. */
import { describe, expect, test } from 'vitest'
import { importText } from './index.ts'

describe('without a format said', () => {
  const script = '|\n      set -e\n      docker run --rm job:1\n'
  const compose = `services:\n  runner:\n    image: runner:1\n    command: ${script}`
  const kubernetes = `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c }\ndata:\n    run: ${script}`
  test.each([
    ['compose', compose],
    ['kubernetes', kubernetes],
    ['docker-run', 'docker run --name web web:1'],
    ['docker-run', '#!/bin/sh\nset -e\nname: x\n  sudo docker run \\\n  --name web web:1\n'],
  ])('text is %s where it is, whatever else stands in it: %j', (format, text) => {
    expect(importText({ text }).format).toBe(format)
  })

  test('a document with a mistake is told the mistake, though a script is in it', () => {
    const mistaken = `${compose}    ports: [80\n`
    expect(() => importText({ text: mistaken })).toThrow(/Not YAML/)
  })
})
