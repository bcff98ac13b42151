import { expect, test } from 'vitest'
import { wordsOf } from './words.ts'

test.each([
  ['/bin/sh', ['/bin/sh']],
  ['  ls  -l   /data ', ['ls', '-l', '/data']],
  ['sh -c "echo \\"a b\\" $HOME"', ['sh', '-c', 'echo "a b" $HOME']],
  ['sh -c \'echo "a  b"\'', ['sh', '-c', 'echo "a  b"']],
  ["psql --user='a b'c", ['psql', '--user=a bc']],
  ['cat a\\ b', ['cat', 'a b']],
  ["printf ''", ['printf', '']],
  ['echo "not closed at all', ['echo', '"not closed at all']],
  ['', []],
])('%s', (typed, words) => {
  expect(wordsOf(typed)).toEqual(words)
})
