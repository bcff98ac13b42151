import { describe, expect, it } from 'vitest'
import { EMPTY_DRAFT, formOf, nameOf, withForm } from './draft/index.ts'
import { filledIn, withSource } from './filled-in.ts'
import { EMPTY_FORM } from './form.ts'

const EMPTY = withForm(EMPTY_DRAFT, { kind: 'own', form: EMPTY_FORM, gave: [] })
const DIGEST = `sha256:${'ab'.repeat(32)}`

describe('a form of one’s own', () => {
  it('is called as what it runs, until somebody names it', () => {
    const image = withSource(EMPTY, { image: 'web:1' }, 'web:1')
    expect(image.workloads.map(nameOf)).toEqual(['web'])
    const named = filledIn(image, { name: 'site', isNameOwn: true })
    expect(withSource(named, { image: 'wiki:1' }, 'wiki:1').workloads.map(nameOf)).toEqual(['site'])
  })

  it('keeps the name that was written while a program was on its way up', () => {
    const begun = filledIn(EMPTY, { source: 'bundle' })
    const named = filledIn(begun, { name: 'mine', isNameOwn: true })
    const form = formOf(withSource(named, { bundle: DIGEST }, 'greeter'), 'own')
    expect(form).toMatchObject({ form: { name: 'mine', bundle: DIGEST } })
  })

  it('does not come back by what was on its way when it was cleared', () => {
    expect(withSource(EMPTY_DRAFT, { bundle: DIGEST }, 'greeter')).toBe(EMPTY_DRAFT)
  })
})
