/** Histories whose verdict a person can see. `never` is the time of an answer that did not come. */
import type { Operation, Value } from './index.ts'

export const never = undefined

/** Who, from when to when; then what. */
export function at(client: string, calledAt: number, answeredAt: number | undefined, key = 'x') {
  const span = { client, key, calledAt, answeredAt }
  return {
    put: (value: string): Operation => ({ ...span, kind: 'put', value }),
    read: (value: Value): Operation => ({ ...span, kind: 'read', value }),
    cas: (expected: Value, value: string, swapped?: boolean): Operation => ({
      ...{ ...span, kind: 'cas', expected, value, swapped },
    }),
  }
}

export const GOOD: [string, Operation[]][] = [
  ['nothing at all', []],
  ['one reads before anyone wrote', [at('a', 1, 2).read(undefined)]],
  [
    'one after another',
    [
      at('a', 1, 2).put('1'),
      at('b', 3, 4).read('1'),
      at('a', 5, 6).put('2'),
      at('b', 7, 8).read('2'),
    ],
  ],
  [
    'a read during a write sees the old value',
    [at('a', 1, 10).put('1'), at('b', 2, 3).read(undefined)],
  ],
  ['a read during a write sees the new value', [at('a', 1, 10).put('1'), at('b', 2, 3).read('1')]],
  [
    'two writes at once, read in one order by both',
    [
      ...[at('a', 1, 10).put('1'), at('b', 1, 10).put('2')],
      ...[at('c', 2, 4).read('2'), at('d', 5, 6).read('1'), at('c', 7, 8).read('1')],
    ],
  ],
  [
    'a write that was never answered took effect late',
    [at('a', 1, never).put('1'), at('b', 2, 3).read(undefined), at('b', 50, 51).read('1')],
  ],
  [
    'a write that was never answered never took effect',
    [at('a', 1, never).put('1'), at('b', 2, 3).read(undefined), at('b', 50, 51).read(undefined)],
  ],
  [
    'of two swaps from the same value one fails',
    [at('a', 1, 5).cas(undefined, '1', true), at('b', 2, 6).cas(undefined, '2', false)],
  ],
  [
    'a chain of swaps, called in the wrong order',
    [
      ...[at('c', 1, 20).cas('2', '3', true), at('b', 2, 20).cas('1', '2', true)],
      ...[at('a', 3, 20).cas(undefined, '1', true), at('d', 21, 22).read('3')],
    ],
  ],
  [
    'a swap that was never answered swapped',
    [at('a', 1, 2).put('1'), at('b', 3, never).cas('1', '2'), at('c', 9, 10).read('2')],
  ],
  [
    'a swap that was never answered found another value',
    [at('a', 1, 2).put('1'), at('b', 3, never).cas('9', '2'), at('c', 9, 10).read('1')],
  ],
  [
    'of two writes that nobody asks for, the one called first took effect',
    [
      ...[at('a', 10, never).put('8'), at('b', 2, never).put('9'), at('c', 1, 2).put('1')],
      at('d', 5, 6).cas('1', '2', false),
    ],
  ],
  [
    'of two swaps that nobody asks for, the one that could',
    [
      ...[at('a', 1, 2).put('1'), at('b', 3, never).cas('2', '8')],
      ...[at('c', 4, never).cas('1', '9'), at('d', 5, 6).cas('1', '3', false)],
    ],
  ],
  [
    'an answer and a call at the same moment overlap',
    [at('a', 1, 3).put('1'), at('b', 3, 4).read(undefined)],
  ],
  [
    'two keys, each with an order of its own',
    [
      ...[at('a', 1, 2, 'x').put('1'), at('a', 3, 4, 'y').put('2')],
      ...[at('b', 5, 6, 'y').read('2'), at('b', 7, 8, 'x').read('1')],
    ],
  ],
  [
    'the same value written twice',
    [
      at('a', 1, 2).put('1'),
      at('b', 3, 9).put('2'),
      at('c', 4, 8).put('1'),
      at('d', 10, 11).read('1'),
    ],
  ],
]

export const BAD: [string, Operation[]][] = [
  ['a value that nobody wrote', [at('a', 1, 2).read('9')]],
  [
    'a write that was answered and is not seen',
    [at('a', 1, 2).put('1'), at('b', 3, 4).read(undefined)],
  ],
  [
    'a stale read after a newer one (new and old inverted)',
    [
      ...[at('a', 1, 2).put('1'), at('a', 3, 20).put('2')],
      ...[at('b', 4, 5).read('2'), at('c', 6, 7).read('1')],
    ],
  ],
  ['a lost write', [at('a', 1, 2).put('1'), at('b', 3, 4).put('2'), at('c', 5, 6).read('1')]],
  [
    'two writes at once, read in two orders',
    [
      ...[at('a', 1, 2).put('1'), at('b', 1, 2).put('2')],
      ...[at('c', 3, 4).read('1'), at('d', 5, 6).read('2')],
    ],
  ],
  [
    'both of two swaps from the same value succeed',
    [at('a', 1, 5).cas(undefined, '1', true), at('b', 2, 6).cas(undefined, '2', true)],
  ],
  [
    'a swap succeeds from a value that never was',
    [at('a', 1, 2).put('1'), at('b', 3, 4).cas('2', '3', true)],
  ],
  [
    'a swap fails on the value that was there all the time',
    [at('a', 1, 2).put('1'), at('b', 3, 4).cas('1', '2', false)],
  ],
  [
    'a swap that failed took effect',
    [at('a', 1, 2).put('1'), at('b', 3, 4).cas('9', '2', false), at('c', 5, 6).read('2')],
  ],
  ['a read before the write was called', [at('a', 1, 2).read('1'), at('b', 3, never).put('1')]],
  [
    'a write that was never answered is seen and then not',
    [at('a', 1, never).put('1'), at('b', 2, 3).read('1'), at('c', 4, 5).read(undefined)],
  ],
  [
    'a swap that was never answered is seen where it could not have swapped',
    [at('a', 1, 2).put('1'), at('b', 3, never).cas('9', '2'), at('c', 5, 6).read('2')],
  ],
  [
    'one write is applied twice',
    [
      ...[at('a', 1, 2).put('1'), at('b', 3, 4).put('2')],
      ...[at('c', 5, 6).read('2'), at('c', 7, 8).read('1')],
    ],
  ],
  [
    'the second of two keys is stale',
    [at('a', 1, 2, 'x').put('1'), at('a', 3, 4, 'y').put('1'), at('b', 5, 6, 'y').read(undefined)],
  ],
]
