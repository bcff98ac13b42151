/** The shell against a parent that says whatever the test wants. */
import { beforeEach, describe, expect, it } from 'vitest'
import { createSimClock } from '../../base/clock/index.ts'
import { createMemoryLogger } from '../../base/log/index.ts'
import type { NodeId, RequestHandler } from '../../base/net/index.ts'
import { createSeededRandom } from '../../base/random/index.ts'
import { generateKey, type NetworkId, nodeIdOf } from '../../identity/index.ts'
import type { CommittedEntry, LogIndex } from '../consensus/index.ts'
import { createFollowing, type Following, type LogCopy } from './index.ts'
import { DOUBT_MS } from './limits.ts'
import {
  type Answer,
  encodeAnswer,
  encodeQuestion,
  parseAnswer,
  parseQuestion,
  type Question,
} from './messages.ts'
import { digestOf } from './offers.ts'
import { createTrail } from './trail.ts'
import { entriesDigest, vouch } from './vouching.ts'
import { openWord, sealWord } from './words.ts'

const network = 'ab'.repeat(32) as NetworkId
const random = createSeededRandom(1)
const key = generateKey(random)
const member = generateKey(random)
const stranger = generateKey(random)
const parent = nodeIdOf(member.publicKey)
const hashOf = (text: string): string => Buffer.from(digestOf(Buffer.from(text))).toString('hex')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const index = (value: number): LogIndex => value as LogIndex

/** Holds the payloads one after the other. */
function createCopy(): LogCopy & { text: string; rules: number; restoring(): void } {
  let told: (entry: CommittedEntry | undefined) => void = () => {}
  const copy = {
    text: '',
    rules: 7,
    /** What happens while a snapshot is put in. */
    restoring() {},
    get index() {
      return index(copy.text.length)
    },
    hash: () => hashOf(copy.text),
    apply(entry: CommittedEntry) {
      expect(entry.index).toBe(copy.text.length + 1)
      copy.text += Buffer.from(entry.payload).toString()
      told(entry)
    },
    *restoreSteps(state: Uint8Array) {
      copy.restoring()
      yield
      copy.text = Buffer.from(state).toString()
      told(undefined)
    },
    *snapshotSteps() {
      yield
      return bytes(copy.text)
    },
    onMoved(listener: typeof told) {
      told = listener
      return () => {}
    },
  }
  return copy
}

let clock: ReturnType<typeof createSimClock>
let copy: ReturnType<typeof createCopy>
let spoilt: number
/** As the log is named in a later era. */
let logName: string | undefined
let asked: Question[]
let answers: (Answer | 'nothing')[]
let following: Following
let vouchers: { nodes: NodeId[]; needed: number }
/** What each member holds: it says of other things that they are not the same. */
let truths: Map<NodeId, string>
let ask: (question: Question) => Promise<Answer | undefined>

const word = (text: string, by = member, log?: string) =>
  sealWord(by, network, { index: index(text.length), hash: hashOf(text), log })
const entries = (after: string, payloads: string, said: Uint8Array | null = null): Answer => ({
  kind: 'entries',
  height: index(after.length + payloads.length),
  depth: 0,
  entries: [...payloads].map((one) => [bytes(one), null]),
  others: [],
  word: said,
})

function vouches(truth: string | undefined, question: Extract<Question, { kind: 'vouch' }>) {
  const trail = createTrail()
  for (const [at, one] of [...(truth ?? '')].entries()) {
    trail.add({ index: index(at + 1), payload: bytes(one) })
  }
  const answer = vouch(trail, (at) => hashOf((truth ?? '').slice(0, at)), question)
  return answer.kind === 'vouched' && truth !== undefined ? answer.same : null
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve()
}

async function start(standing: 'follows' | 'root' = 'follows'): Promise<void> {
  let handler: RequestHandler = () => new Uint8Array()
  following = createFollowing({
    net: {
      self: nodeIdOf(key.publicKey),
      request(to, __, body) {
        const question = parseQuestion(body)!
        const truth = truths.get(to)
        if (question.kind === 'vouch') {
          return Promise.resolve(encodeAnswer({ kind: 'vouched', same: vouches(truth, question) }))
        }
        asked.push(question)
        const answer = answers.shift()
        if (answer === undefined || answer === 'nothing') return new Promise(() => {})
        return Promise.resolve(encodeAnswer(answer))
      },
      onRequest(_, given) {
        handler = given
        return () => {}
      },
      onPeer: () => () => {},
      heardAtMs: () => clock.monotonicMs(),
    },
    ...{ clock, random, network, signer: key, logger: createMemoryLogger() },
    ...(logName !== undefined && { log: logName }),
    copy: () => copy,
    spoilt() {
      spoilt++
      copy = createCopy()
    },
    isMember: (node) => node === parent,
    vouchers: () => vouchers,
    isHub: () => true,
    mayAsk: () => true,
    facts: () => ({ standing, roots: [parent], leader: undefined, told: index(0), serves: 8 }),
  })
  await following.start()
  await turns()
  ask = async (question) => parseAnswer(await handler(encodeQuestion(question), parent))
}

beforeEach(() => {
  clock = createSimClock()
  copy = createCopy()
  spoilt = 0
  logName = undefined
  asked = []
  answers = []
  vouchers = { nodes: [], needed: 0 }
  truths = new Map()
})

describe('following', () => {
  it('asks on from the last entry, and takes each once', async () => {
    answers = [entries('', 'ab', word('ab')), entries('ab', 'c'), 'nothing']
    await start()
    expect(copy.text).toBe('abc')
    expect(asked.map((one) => one.kind === 'next' && one.after)).toEqual([0, 2, 3])
    expect(following.status()).toMatchObject({ height: 3, parent, depth: 1, proven: true })
  })

  it('throws away a copy that is not what a member has signed, wherever the word comes', async () => {
    for (const wrong of [
      [entries('', 'ax', word('ab'))],
      [entries('', 'axc', word('ab'))],
      [entries('', 'ax'), entries('ax', '', word('ab'))],
    ]) {
      copy = createCopy()
      answers = wrong
      spoilt = 0
      await start()
      expect(spoilt, JSON.stringify(wrong)).toBe(1)
      expect(copy.text).toBe('')
      await following.stop()
    }
  })

  it('heeds no word of a node outside the committee', async () => {
    answers = [entries('', 'ab', word('xy', stranger)), 'nothing']
    await start()
    expect(spoilt).toBe(0)
    expect(copy.text).toBe('ab')
  })

  it('heeds no word about another log than the one it follows', async () => {
    logName = '-1-abcdef01'
    answers = [entries('', 'ab', word('xy')), 'nothing']
    await start()
    expect([spoilt, copy.text]).toEqual([0, 'ab'])
    await following.stop()
    answers = [
      entries('ab', '', word('xy', member, '-2-abcdef01')),
      entries('ab', '', word('ab')),
      'nothing',
    ]
    await start()
    expect(spoilt).toBe(0)
    await following.stop()
    answers = [entries('ab', '', word('xy', member, logName)), 'nothing']
    await start()
    expect(spoilt).toBe(1)
  })

  it('heeds words without a name while the rules do not have it', async () => {
    logName = '-1-abcdef01'
    copy.rules = 6
    answers = [entries('', 'ab', word('xy')), 'nothing']
    await start()
    expect(spoilt).toBe(1)
  })

  it('heeds no word of a later era in the first', async () => {
    answers = [entries('', 'ab', word('xy', member, '-1-abcdef01')), 'nothing']
    await start()
    expect([spoilt, copy.text]).toEqual([0, 'ab'])
  })

  it('signs words that name the log, once all know how', async () => {
    logName = '-1-abcdef01'
    copy.text = 'ab'
    await start('root')
    const next = { kind: 'next', joins: false, presses: false } as const
    const answer = async () => {
      clock.advance(DOUBT_MS)
      const given = await ask({ ...next, after: index(copy.text.length), doubts: true })
      return given?.kind === 'entries' && given.word ? openWord(network, given.word)?.log : 'none'
    }
    expect(await answer()).toBe(logName)
    copy.rules = 6
    copy.apply({ index: index(3), payload: bytes('c') })
    await turns()
    expect(await answer()).toBeUndefined()
  })

  it('shows a snapshot for proven only once a member has vouched for what came of it', async () => {
    const state = bytes('abc')
    const offer = { index: index(3), digest: digestOf(state), sizeBytes: 3 }
    answers = [
      { kind: 'snapshot', height: index(3), depth: 1, ...offer },
      { kind: 'chunk', data: state },
      entries('abc', '', word('abc', stranger)),
      entries('abc', 'd'),
      'nothing',
    ]
    await start()
    expect(copy.text).toBe('abcd')
    expect(following.status().proven).toBe(false)
    const doubts = asked.flatMap((one) => (one.kind === 'next' ? [one.doubts] : []))
    // Not over and over where no word comes that counts.
    expect(doubts).toEqual([false, true, false, false])
    await following.stop()
    copy.text = ''
    answers = [entries('', 'a'), { ...entries('a', 'bc', word('abc')) }, 'nothing']
    await start()
    expect(following.status().proven).toBe(true)
  })

  it('takes no snapshot whose bytes are others than were named', async () => {
    const offer = { index: index(3), digest: digestOf(bytes('abc')), sizeBytes: 3 }
    answers = [
      { kind: 'snapshot', height: index(3), depth: 1, ...offer },
      { kind: 'chunk', data: bytes('abx') },
    ]
    await start()
    expect(copy.text).toBe('')
    expect(following.status().parent).toBeUndefined()
  })

  it('puts no snapshot in once another copy has taken the place of this one', async () => {
    const state = bytes('abc')
    const offer = { index: index(3), digest: digestOf(state), sizeBytes: 3 }
    const before = copy
    const other = createCopy()
    other.text = 'xyz'
    before.restoring = () => {
      copy = other
      following.look()
    }
    answers = [
      { kind: 'snapshot', height: index(3), depth: 1, ...offer },
      { kind: 'chunk', data: state },
      'nothing',
    ]
    await start()
    expect([before.text, other.text]).toEqual(['', 'xyz'])
    expect(following.status()).toMatchObject({ height: 3, proven: true })
  })

  it('signs for its children as a member, once a second at most where nobody asks', async () => {
    copy.text = 'ab'
    await start('root')
    const next = { kind: 'next', joins: true, presses: false, doubts: false } as const
    expect(await ask({ ...next, after: index(0) })).toMatchObject({ kind: 'snapshot' })
    const held = ask({ ...next, after: index(2), joins: false })
    copy.apply({ index: index(3), payload: bytes('c') })
    expect(await held).toMatchObject({ kind: 'entries', word: expect.any(Uint8Array) })
    const soon = ask({ ...next, after: index(3), joins: false })
    copy.apply({ index: index(4), payload: bytes('d') })
    expect(await soon).toMatchObject({ kind: 'entries', word: null })
    clock.advance(DOUBT_MS)
    const doubted = await ask({ ...next, after: index(4), joins: false, doubts: true })
    expect(doubted).toMatchObject({ entries: [], word: expect.any(Uint8Array) })
  })

  describe('where members may lie', () => {
    const [one, two, three] = [2, 3, 4].map((seed) => {
      return nodeIdOf(generateKey(createSeededRandom(seed)).publicKey)
    }) as [NodeId, NodeId, NodeId]

    async function settle(): Promise<void> {
      for (let at = 0; at < 40; at++) {
        await turns()
        clock.advance(100)
      }
    }

    beforeEach(() => {
      vouchers = { nodes: [one, two, three], needed: 2 }
      truths = new Map([
        [one, 'abc'],
        [two, 'abc'],
        [three, 'axx'],
      ])
    })

    it('applies what so many confirm as cannot all lie, and waits for those who are not there yet', async () => {
      truths.delete(two)
      answers = [entries('', 'ab'), 'nothing']
      await start()
      await settle()
      expect(copy.text).toBe('')
      truths.set(two, 'abc')
      answers = [entries('', 'ab'), entries('ab', 'c'), 'nothing']
      clock.advance(10_000)
      await settle()
      expect(copy.text).toBe('abc')
    })

    it('applies nothing that only liars confirm, and heeds no single word', async () => {
      answers = [entries('', 'axx', word('axx'))]
      await start()
      await settle()
      expect(copy.text).toBe('')
      expect(spoilt).toBe(0)
      expect(following.status().parent).toBeUndefined()
    })

    it.each([
      ['shows', 'abc', true],
      ['throws away', 'axx', false],
    ])('%s a snapshot of %s', async (_, text, isShown) => {
      const state = bytes(text)
      const offer = { index: index(3), digest: digestOf(state), sizeBytes: 3 }
      answers = [
        { kind: 'snapshot', height: index(3), depth: 1, ...offer },
        { kind: 'chunk', data: state },
        'nothing',
      ]
      await start()
      await settle()
      expect(spoilt).toBe(isShown ? 0 : 1)
      expect(copy.text).toBe(isShown ? 'abc' : '')
      expect(following.status().proven).toBe(true)
    })

    it('says as a member what it holds, and nothing of what it does not remember', async () => {
      copy.text = 'ab'
      await start('root')
      copy.apply({ index: index(3), payload: bytes('c') })
      await turns()
      const digest = Uint8Array.from(Buffer.from(hashOf('abc'), 'hex'))
      const state = { kind: 'vouch', what: 'state', after: index(3), to: index(3), digest } as const
      expect(await ask(state)).toEqual({ kind: 'vouched', same: true })
      expect(await ask({ ...state, to: index(2) })).toEqual({ kind: 'vouched', same: false })
      expect(await ask({ ...state, to: index(1) })).toEqual({ kind: 'vouched', same: null })
      const of = { ...state, what: 'entries' as const, after: index(2), to: index(3) }
      const right = entriesDigest([{ index: index(3), payload: bytes('c') }])
      expect(await ask({ ...of, digest: right })).toEqual({ kind: 'vouched', same: true })
      expect(await ask({ ...of, digest })).toEqual({ kind: 'vouched', same: false })
      expect(await ask({ ...of, to: index(4) })).toEqual({ kind: 'vouched', same: null })
    })
  })
})
