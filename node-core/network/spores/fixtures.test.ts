/**
 * The bytes of what is signed, pinned: whoever changes one of them decides to, since documents that
 * lie in seeds would not be read any more.
 */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { LogIndex } from '../../control/consensus/index.ts'
import { encodeStatement, parseStatement, toEra } from '../../control/succession/index.ts'
import { nodeIdOf, ownerIdOf } from '../../identity/index.ts'
import { encodeDocument, parseDocument } from './document.ts'
import type { SporeDocument } from './index.ts'
import pinned from './testdata/documents.json' with { type: 'json' }

const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

const DOCUMENT: SporeDocument = {
  version: { era: toEra(1), index: 42 as LogIndex, edition: 2 },
  issuedAtMs: Date.parse('2026-11-25T12:00:00.000Z'),
  voters: [key(1), key(2)],
  nodes: [
    {
      ...{ key: key(1), owner: ownerIdOf(key(9)), role: 'sclerotia', position: [5, 7] },
      addresses: ['/ip4/10.0.0.1/tcp/4000'],
    },
  ],
  owners: [{ key: key(9), permissions: ['deploy', 'use'] }],
  removedOwners: [ownerIdOf(key(8))],
  removedNodes: [nodeIdOf(key(7))],
}
const STATEMENT = {
  ...{ era: toEra(1), index: 42 as LogIndex, voters: [key(1), key(2)] },
  ended: {
    ...{ era: toEra(0), voters: [nodeIdOf(key(1))], last: 41 as LogIndex, term: 3 },
    ...{ terms: [[3, 12 as LogIndex] as const], revision: 9 },
    atMs: Date.parse('2026-11-25T12:00:00.000Z'),
  },
}
const made: Record<string, Uint8Array> = {
  document: encodeDocument(DOCUMENT),
  statement: encodeStatement(STATEMENT),
}

describe('what is signed', () => {
  it.each(Object.entries(pinned))('keeps its bytes: %s', (name, { sha256, base64 }) => {
    const bytes = made[name] ?? new Uint8Array()
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256)
    expect(Buffer.from(bytes).toString('base64')).toBe(base64)
  })

  it('is all pinned, and read from its bytes', () => {
    expect(Object.keys(pinned).sort()).toEqual(Object.keys(made).sort())
    const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'))
    expect(parseDocument(bytesOf(pinned.document.base64))).toEqual(DOCUMENT)
    expect(parseStatement(bytesOf(pinned.statement.base64))).toEqual(STATEMENT)
  })
})
