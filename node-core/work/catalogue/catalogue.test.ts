// biome-ignore-all lint/suspicious/noTemplateCurlyInString: places for answers.
import { describe, expect, it } from 'vitest'
import { createSeededRandom } from '../../base/random/index.ts'
import { type Answers, createCatalogue } from './index.ts'
import { NOTE } from './testing/note.ts'

const catalogue = (change: object = {}) =>
  createCatalogue({ entries: [{ ...NOTE, ...change }], random: createSeededRandom(7) })
const fill = (answers: Answers = {}) => catalogue().fill('note', answers)

describe('filling an entry in', () => {
  it('puts defaults and answers where they go, as what they are', () => {
    const { workloads } = fill({ name: 'door', copies: 3, open: false, room: '512Mi' })
    expect(workloads).toMatchObject([
      { name: 'door-db', volumes: [{ name: 'data', size: '512Mi' }] },
      {
        name: 'door',
        replicas: 3,
        containers: [
          {
            image: 'note:1',
            env: { TITLE: 'Hello', OPEN: 'false', GREETING: 'Hello, from door' },
            files: [{ content: 'one\ntwo' }],
          },
        ],
        uses: [{ name: 'door-db', as: 'db' }],
      },
    ])
  })

  it('hands one secret to both by the names that are theirs, and shows it in no manifest', () => {
    const { workloads, secrets, answers } = fill({ name: 'door' })
    const value = String(answers.password)
    expect(secrets).toEqual([
      { name: 'door-db/password', value },
      { name: 'door/password', value },
    ])
    expect(workloads[0]?.secrets).toEqual([{ name: 'door-db/password', env: 'PASSWORD' }])
    expect(JSON.stringify(workloads)).not.toContain(value)
  })

  it('makes a secret of its alphabet and length, another each time, and keeps a given one', () => {
    const made = catalogue()
    const first = String(made.fill('note', {}).answers.password)
    expect(first).toMatch(/^[A-HJ-NP-Za-km-z2-9]{24}$/)
    expect(made.fill('note', {}).answers.password).not.toBe(first)
    expect(made.fill('note', { password: first }).answers.password).toBe(first)
  })

  it('takes its own answers for the same again', () => {
    const once = fill({ title: 'Hi' })
    expect(fill(once.answers)).toEqual(once)
  })

  it('does not look for places in what is answered', () => {
    const { workloads } = fill({ title: 'A ${name} $& $1' })
    expect(workloads[1]).toMatchObject({
      containers: [{ env: { TITLE: 'A ${name} $& $1', GREETING: 'A ${name} $& $1, from note' } }],
    })
  })

  it.each([
    [{ name: 'No' }, 'name'],
    [{ name: 'a'.repeat(49) }, 'name'],
    [{ image: 'a b' }, 'image'],
    [{ title: 'small' }, 'title'],
    [{ title: 'Two\nlines' }, 'title'],
    [{ text: 'x'.repeat(16_385) }, 'text'],
    [{ copies: 4 }, 'copies'],
    [{ copies: 1.5 }, 'copies'],
    [{ copies: '2' }, 'copies'],
    [{ room: 'much' }, 'room'],
    [{ room: '3Gi' }, 'room'],
    [{ open: 'yes' }, 'open'],
    [{ access: 'nobody' }, 'access'],
    [{ password: 'short' }, 'password'],
    [{ colour: 'red' }, 'colour'],
  ])('refuses %o at its question', (answers, key) => {
    expect(() => fill(answers)).toThrowError(
      expect.objectContaining({
        code: 'VALIDATION_ERROR',
        details: [expect.objectContaining({ path: `answers.${key}` })],
      }),
    )
  })

  it('tells all that is wrong at once', () => {
    expect(() => fill({ copies: 9, open: 1 })).toThrowError(
      expect.objectContaining({
        details: [{ path: 'answers.copies', message: 'Must be from 1 to 3.' }, expect.anything()],
      }),
    )
  })

  it('knows no entry by another name', () => {
    expect(() => catalogue().fill('door', {})).toThrowError(
      expect.objectContaining({ code: 'ENTRY_UNKNOWN' }),
    )
  })
})

describe('an entry', () => {
  const questions = (...more: object[]) => ({ questions: [...NOTE.questions, ...more] })
  const text = { key: 'more', kind: 'text', label: 'More', default: '' }
  const secret = { key: 'more', kind: 'secret', label: 'More', length: 24, alphabet: 'hex' }
  const [db, note] = NOTE.workloads

  it.each([
    ['a question whose answer goes nowhere', questions(text)],
    ['a secret that is handed to nobody', questions(secret)],
    ['two questions of one key', questions(NOTE.questions[0] ?? {})],
    ['a place without a question', { workloads: [db, note, { ...db, name: '${other}' }] }],
    [
      'a secret in the open',
      { workloads: [db, { ...note, containers: [{ image: 'a', env: { P: '${password}' } }] }] },
    ],
    ['a drawing that is more than lines', { icon: 'url(#a)' }],
    ['a page that is not HTTPS', { homePage: 'http://note.example.org' }],
    ['a field that nobody knows', { logo: 'x' }],
  ])('is refused with %s', (_, change) => {
    expect(() => catalogue(change).list()).toThrow()
  })
})
