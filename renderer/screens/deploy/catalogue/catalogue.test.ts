import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { createFakeRouter } from '../../../testing/fake-router/index.ts'
import { makeScenario } from '../../../testing/scenarios/index.ts'
import {
  type Draft,
  EMPTY_DRAFT,
  formOf,
  nameOf,
  secretsOf,
  textOf,
  unreadyOf,
  withForm,
  withoutWorkload,
  withText,
  withWorkload,
} from '../draft/index.ts'
import { matching, newForm, opened } from './choosing.ts'
import { filledWith } from './use-filling.ts'

const client = createRouterClient(createFakeRouter(makeScenario('busy')).router)
const { entries } = await client.catalogue.list()
const wordpress = await client.catalogue.show({ name: 'wordpress' })

/** As the form does it: what was answered goes to the node, and what comes back into the draft. */
async function filled(draft: Draft): Promise<Draft> {
  const form = formOf(draft, 'entry wordpress')
  if (form?.kind !== 'entry') throw new Error('The form is not there.')
  const { answers: asked } = form
  const came = await client.catalogue.fill({ name: 'wordpress', answers: asked })
  return filledWith(draft, { name: 'wordpress', asked, came })
}

const chosen = (draft: Draft, running: { name: string }[] = []) =>
  opened(draft, newForm(wordpress, draft, running))

describe('choosing from the catalogue', () => {
  it('finds by any words of an entry', () => {
    const names = (words: string) => matching(entries, words).map(({ name }) => name)
    expect(names('PASSWORDS family')).toEqual(['vaultwarden'])
    expect(names('')).toHaveLength(entries.length)
    expect(names('zebra')).toEqual([])
  })

  it('takes a name that nothing in the draft or the network has', () => {
    const draft = { ...EMPTY_DRAFT, workloads: [{ name: 'blog' }] }
    expect(newForm(wordpress, draft, [{ name: 'blog-2' }])).toMatchObject({
      answers: { name: 'blog-3' },
    })
  })

  it('makes a draft of an entry, whose secrets stand beside it', async () => {
    const draft = await filled(chosen(EMPTY_DRAFT))
    expect(draft.workloads.map(nameOf)).toEqual(['blog-db', 'blog'])
    expect(unreadyOf(draft)).toEqual([])
    const values = secretsOf(draft).map(({ value = '' }) => value)
    expect(values).toHaveLength(3)
    for (const value of values) expect(textOf(draft)).not.toContain(value)
  })

  it('keeps what was made while somebody answers, and what another card gave', async () => {
    const first = await filled(chosen({ ...EMPTY_DRAFT, workloads: [{ name: 'other' }] }))
    const form = formOf(first, 'entry wordpress')
    if (form?.kind !== 'entry') throw new Error('The form is not there.')
    const answers = { ...form.answers, name: 'garden' }
    const asked = withForm(first, { ...form, answers })
    expect(unreadyOf(asked)).toMatchObject([{ why: 'asking', name: 'blog-db, blog' }])
    const second = await filled(asked)
    expect(second.workloads.map(nameOf)).toEqual(['other', 'garden-db', 'garden'])
    expect(second.secrets['garden-db/password']).toBe(first.secrets['blog-db/password'])
  })

  it('leaves an answer alone that comes for older answers', async () => {
    const draft = chosen(EMPTY_DRAFT)
    const came = await client.catalogue.fill({ name: 'wordpress', answers: {} })
    expect(filledWith(draft, { name: 'wordpress', asked: {}, came })).toBe(draft)
  })

  it('leaves alone what another way changed meanwhile, took out, or has typed and cannot be read', async () => {
    const draft = await filled(chosen(EMPTY_DRAFT))
    const form = formOf(draft, 'entry wordpress')
    const [db = {}] = draft.workloads
    if (form?.kind !== 'entry') throw new Error('The form is not there.')
    const asked = { ...form.answers, name: 'garden' }
    const came = await client.catalogue.fill({ name: 'wordpress', answers: asked })
    const waiting = withForm(draft, { ...form, answers: asked })
    expect(filledWith(waiting, { name: 'wordpress', asked, came })).not.toBe(waiting)
    for (const meanwhile of [
      withWorkload(waiting, db, { ...db, replicas: 2 }),
      withoutWorkload(waiting, db),
      withText(waiting, '{'),
    ]) {
      expect(filledWith(meanwhile, { name: 'wordpress', asked, came })).toBe(meanwhile)
    }
  })

  it('opens a card that is in the draft as it was left', async () => {
    const draft = await filled(chosen(EMPTY_DRAFT))
    expect(chosen(draft).forms).toEqual(draft.forms)
  })
})
