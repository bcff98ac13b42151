import { describe, expect, it } from 'vitest'
import { createSilentLogger } from '../../base/log/index.ts'
import type { NodeId, RequestHandler } from '../../base/net/index.ts'
import type { Permission } from '../../identity/index.ts'
import { failure } from './failures.ts'
import { WATCHES_PER_PEER_MAX } from './limits.ts'
import { openMemberDoor } from './member-door.ts'
import { encodeQuestion, parseAnswer, type Question } from './messages.ts'

const peer = 'a'.repeat(64) as NodeId
const other = 'b'.repeat(64) as NodeId

function open(held: Permission[] | undefined, answer = async (): Promise<string> => 'yes') {
  let handler: RequestHandler = () => new Uint8Array()
  openMemberDoor({
    net: {
      onRequest: (_protocol, given) => {
        handler = given
        return () => {}
      },
    },
    permissionsOf: () => held && new Set(held),
    answer,
    logger: createSilentLogger(),
  })
  return async (question: Question | Uint8Array, from = peer) => {
    const body = question instanceof Uint8Array ? question : encodeQuestion(question)
    return parseAnswer(await handler(body, from))
  }
}

const ask = (
  question: Question | Uint8Array,
  held: Permission[] | undefined,
  answer?: () => Promise<string>,
) => open(held, answer)(question)

const query: Question = { kind: 'query', query: { what: 'key', key: 'x' }, stale: false }
const change = (node: NodeId, what: 'promote' | 'demote' | 'transfer'): Question => {
  return { kind: 'change', change: what, node }
}

describe('the door of a member', () => {
  it.each([
    ['a query', query, ['use'], ['deploy']],
    ['a promotion', change(other, 'promote'), ['admin'], ['use']],
    ['its own promotion', change(peer, 'promote'), ['admin'], ['use']],
    ['the lead for itself', change(peer, 'transfer'), ['admin'], ['use']],
    ['its own demotion', change(peer, 'demote'), ['use'], undefined],
    ['a batch', { kind: 'submit', batch: new Uint8Array(1) }, ['use'], undefined],
  ] as [string, Question, Permission[], Permission[] | undefined][])(
    'answers %s to whoever may ask, and to nobody else',
    async (_, question, may, mayNot) => {
      expect(await ask(question, may)).toEqual({ ok: true, value: 'yes' })
      expect(await ask(question, mayNot)).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    },
  )

  it('lets one node watch and wait so often at once, whatever others do, and never takes all its places', async () => {
    let free = (): void => {}
    const until = new Promise<string>((resolve) => {
      free = () => resolve('come')
    })
    const asks = open(['use'], () => until)
    const turn: Question = { kind: 'turn', lock: 'a/l', lease: 'a/m', waitMs: 20_000 }
    const waiting = Array.from({ length: WATCHES_PER_PEER_MAX }, () => asks(turn))
    expect(await asks(turn)).toMatchObject({ ok: false, code: 'BUSY' })
    const others = asks(turn, other)
    free()
    const come = { ok: true, value: 'come' }
    await Promise.all(waiting)
    expect([await others, await asks(turn)]).toEqual([come, come])
  })

  it('refuses what is no question', async () => {
    expect(await ask(new Uint8Array([1]), ['admin'])).toMatchObject({ code: 'MALFORMED' })
  })

  it('hands a refusal on with its code and plain details, and breaks on a defect', async () => {
    const refuse = async (): Promise<string> => {
      throw failure('NOT_LEADER', 'Another.', { leader: other })
    }
    expect(await ask(query, ['use'], refuse)).toEqual({
      ...{ ok: false, code: 'NOT_LEADER', message: 'Another.', details: { leader: other } },
    })
    const broken = async (): Promise<string> => {
      throw new TypeError('a defect')
    }
    await expect(ask(query, ['use'], broken)).rejects.toThrow('a defect')
  })
})
