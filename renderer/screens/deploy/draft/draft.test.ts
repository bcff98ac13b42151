import { describe, expect, it } from 'vitest'
import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { EMPTY_FORM } from '../form.ts'
import {
  asStep,
  clashesOf,
  createDraftStore,
  type Draft,
  EMPTY_DRAFT,
  freeName,
  isEmpty,
  isInStep,
  isSameDraft,
  nameOf,
  outdatedNames,
  renamed,
  secretsOf,
  suggestName,
  textOf,
  unfinishedOf,
  unreadyOf,
  withForm,
  withoutForm,
  withoutWorkload,
  withSecret,
  withText,
  withUnfinished,
  withWorkload,
  withWorkloads,
} from './index.ts'

const DB: DeployInput = {
  name: 'db',
  containers: [{ image: 'mariadb:11' }],
  secrets: [{ name: 'db/password', env: 'MARIADB_PASSWORD' }],
}
const WEB: DeployInput = { name: 'web', containers: [{ image: 'web:1' }], uses: ['db'] }
const BOTH: Draft = withWorkloads(EMPTY_DRAFT, [DB, WEB])

describe('the draft', () => {
  it('changes one workload and leaves the others the objects they were', () => {
    const now = withWorkload(BOTH, WEB, { ...WEB, replicas: 3 })
    expect(now.workloads[0]).toBe(DB)
    expect(now.workloads[1]).toMatchObject({ name: 'web', replicas: 3 })
    expect(withWorkload(now, undefined, WEB).workloads).toHaveLength(3)
    expect(withoutWorkload(now, DB).workloads.map(nameOf)).toEqual(['web'])
  })

  it('is empty until something is in it, typed or filled in', () => {
    expect(isEmpty(EMPTY_DRAFT)).toBe(true)
    expect(isEmpty(withText(EMPTY_DRAFT, '  '))).toBe(true)
    expect(isEmpty(withText(EMPTY_DRAFT, '{'))).toBe(false)
    expect(isEmpty(BOTH)).toBe(false)
  })

  it('has steps that change nothing of it, and says the same after them', () => {
    const { store, change, undo } = createDraftStore()
    change(() => BOTH)
    change(asStep, 'move db')
    change(asStep, 'move db')
    const moved = store.getState().draft
    expect(moved.workloads).not.toBe(BOTH.workloads)
    expect(isSameDraft(BOTH, moved)).toBe(true)
    undo()
    expect(store.getState().draft.workloads).toBe(BOTH.workloads)
    expect(isSameDraft(BOTH, withWorkload(BOTH, WEB, { ...WEB, replicas: 3 }))).toBe(false)
    expect(isSameDraft(BOTH, withoutWorkload(BOTH, WEB))).toBe(false)
    expect(isSameDraft(BOTH, withText(BOTH, '{'))).toBe(false)
  })

  it('tells names that two have', () => {
    expect(clashesOf(BOTH)).toEqual([])
    expect(clashesOf(withWorkload(BOTH, undefined, { ...WEB, replicas: 2 }))).toEqual(['web'])
  })

  it('lists what is to be handed, with the values it has', () => {
    expect(secretsOf(BOTH)).toEqual([{ name: 'db/password', workload: 'db' }])
    const given = withSecret(BOTH, 'db/password', 'x')
    expect(secretsOf(given)).toEqual([{ name: 'db/password', workload: 'db', value: 'x' }])
    expect(textOf(given)).not.toContain('"x"')
  })
})

describe('what a form gives', () => {
  const filled = (draft: Draft, image: string): Draft =>
    withForm(draft, {
      kind: 'own',
      form: { ...EMPTY_FORM, image },
      gave: [{ containers: [{ image }] }],
    })
  const inStep = (draft: Draft) => draft.forms.every((form) => isInStep(draft, form))

  it('takes the place of what it gave before, and of nothing else', () => {
    const first = filled(BOTH, 'wiki:1')
    const second = filled(withWorkload(first, WEB, { ...WEB, replicas: 2 }), 'notes:1')
    expect(second.workloads.map(nameOf)).toEqual(['db', 'web', 'notes'])
    expect(second.forms).toHaveLength(1)
    expect(inStep(second)).toBe(true)
  })

  it('is out of step once another way changed it, until the form is asked for again', () => {
    const first = filled(BOTH, 'wiki:1')
    const changed = withText(first, textOf(first).replace('wiki:1', 'wiki:2'))
    expect(inStep(changed)).toBe(false)
    const back = filled(changed, 'wiki:1')
    expect(inStep(back)).toBe(true)
    expect(back.workloads).toHaveLength(3)
    expect(textOf(back)).toContain('wiki:1')
  })

  it('stays when the form is left', () => {
    const left = withoutForm({ ...filled(BOTH, 'wiki:1'), open: 'own' }, 'own')
    expect(left).toMatchObject({ forms: [] })
    expect(left.open).toBeUndefined()
    expect(left.workloads).toHaveLength(3)
  })

  it('is not all there while an answer has not come to anything', () => {
    const [answers, older] = [{ name: 'b' }, { name: 'a' }]
    const form = { kind: 'entry' as const, entry: 'note', answers, gave: [], secrets: [] }
    const unfilled = withForm(BOTH, { ...form, isTouched: true, filledFor: older })
    expect(unreadyOf(unfilled)).toMatchObject([{ why: 'asking', name: 'note' }])
    expect(unreadyOf(withForm(BOTH, { ...form, isTouched: true, filledFor: answers }))).toEqual([])
    const gave = [{ ...WEB, name: 'note' }]
    const of = (refusedFor: Record<string, string>) =>
      outdatedNames(withForm(BOTH, { ...form, gave, isTouched: true, refusedFor }))
    expect([...of(answers)]).toEqual(['note'])
    expect([...of(older)]).toEqual([])
  })

  it('keeps nobody waiting for a form whose workloads were taken out', () => {
    const [answers, gave] = [{ name: 'note' }, [{ ...WEB, name: 'note' }]]
    const refused = withForm(BOTH, {
      ...{ kind: 'entry', entry: 'note', answers, gave, secrets: [], isTouched: true },
      refusedFor: answers,
    })
    expect(unreadyOf(refused)).toMatchObject([{ why: 'refused', id: 'entry note', name: 'note' }])
    const [, , note = {}] = refused.workloads
    expect(unreadyOf(withoutWorkload(refused, note))).toEqual([])
  })
})

describe('what cannot be read', () => {
  const filled = (part: Partial<typeof EMPTY_FORM>): Draft =>
    withForm(BOTH, {
      ...{ kind: 'own', form: { ...EMPTY_FORM, ...part } },
      gave: [{ name: 'wiki', containers: [{ image: 'wiki:1' }] }],
    })

  it('keeps a form from being sent, and says in which fields it is', () => {
    expect(unreadyOf(filled({ env: 'A=1' }))).toEqual([])
    expect(unreadyOf(filled({ env: 'A=1\nB', labels: 'c' }))).toEqual([
      { why: 'lines', id: 'own', name: 'wiki', fields: ['env', 'labels'] },
    ])
  })

  it('keeps variables from being sent that are half written on the canvas, whatever is looked at', () => {
    const env = { A: '1' }
    const draft = withWorkloads(BOTH, [DB, { ...WEB, env }])
    const half = withUnfinished(draft, { index: 1 }, 'A=1\nB')
    expect(unfinishedOf(half, { index: 1 })).toBe('A=1\nB')
    expect(unfinishedOf(half, { index: 1, part: 0 })).toBeUndefined()
    expect(unreadyOf(half)).toEqual([{ why: 'variables', name: 'web' }])
    expect(unreadyOf(renamed(half, 'web', 'site'))).toEqual([{ why: 'variables', name: 'site' }])
    expect(unreadyOf(withUnfinished(half, { index: 1 }, undefined))).toEqual([])
    expect(withUnfinished(draft, { index: 1 }, undefined)).toBe(draft)
  })

  it('gives way to variables that another way has changed', () => {
    const half = withUnfinished(BOTH, { index: 1 }, 'B')
    expect(unreadyOf(half)).toHaveLength(1)
    expect(unreadyOf(withWorkload(half, WEB, { ...WEB, env: { C: '1' } }))).toEqual([])
    expect(unreadyOf(withoutWorkload(half, WEB))).toEqual([])
  })
})

describe('the text', () => {
  it('keeps a time of its own for each share of a canary when it is read back', () => {
    const steps = [{ share: 5, forMs: 90_000 }, { share: 25 }, { share: 50, forMs: 3_600_000 }]
    const draft = withWorkloads(EMPTY_DRAFT, [{ ...WEB, rollout: { kind: 'canary', steps } }])
    const back = withText(draft, textOf(draft).replace('"share": 25', '"share": 30'))
    expect(back.workloads[0]?.rollout?.steps).toEqual([steps[0], { share: 30 }, steps[2]])
  })

  it('is one manifest, or a list of several, and reads back as what it was', () => {
    expect(textOf(EMPTY_DRAFT)).toBe('')
    expect(JSON.parse(textOf(withWorkloads(EMPTY_DRAFT, [WEB])))).toEqual(WEB)
    const read = withText(BOTH, textOf(BOTH))
    expect(read.workloads[0]).toBe(DB)
    expect(read.workloads[1]).toBe(WEB)
    expect(withText(BOTH, '').workloads).toEqual([])
  })

  it('is kept as typed while it cannot be read, and so are the workloads', () => {
    const typed = withText(BOTH, '[\n  {"name": "db",\n}]')
    expect(typed.workloads).toBe(BOTH.workloads)
    expect(textOf(typed)).toBe('[\n  {"name": "db",\n}]')
    expect(typed.typed?.mistakes).toMatchObject([{ kind: 'syntax', fault: { line: 3 } }])
  })

  it.each([
    ['[{"name": "web"}, {"replicas": "many"}]', '1.replicas'],
    ['{"containers": [{"image": ""}]}', 'containers.0.image'],
    ['7', ''],
  ])('names the field that is wrong in %s', (text, path) => {
    expect(withText(EMPTY_DRAFT, text).typed?.mistakes).toMatchObject([{ kind: 'field', path }])
  })

  it.each([
    ['{"containers": [{"image": "a", "ports": "80"}]}', 'Not a list.'],
    ['{"name": "a", "replicas": 0}', 'Too small: at least 1.'],
  ])('says what is wrong in %s as the node would', (text, message) => {
    expect(withText(EMPTY_DRAFT, text).typed?.mistakes).toMatchObject([{ message }])
  })

  it('names fields that there are not', () => {
    const { typed } = withText(
      EMPTY_DRAFT,
      '{"replica": 2, "containers": [{"image": "a", "port": 1}]}',
    )
    expect(typed?.mistakes).toEqual([
      { kind: 'unknown', path: 'containers.0.port' },
      { kind: 'unknown', path: 'replica' },
    ])
  })

  it('keeps the way it was written, and gives way to another change', () => {
    const typed = withText(EMPTY_DRAFT, '{ "name": "a" }')
    expect(textOf(typed)).toBe('{ "name": "a" }')
    const next = withWorkload(typed, typed.workloads[0], { name: 'b' })
    expect(JSON.parse(textOf(next))).toEqual({ name: 'b' })
  })
})

describe('names', () => {
  it.each([
    ['registry.local:5000/team/web:1.2', 'web'],
    ['busybox', 'busybox'],
    ['My_App@sha256:00', 'my-app'],
    ['', ''],
    ['---', ''],
  ])('suggests for %j the name %j', (source, name) => {
    expect(suggestName(source)).toBe(name)
  })

  it('finds one that nobody has', () => {
    expect(freeName('wiki', new Set())).toBe('wiki')
    expect(freeName('wiki', new Set(['wiki', 'wiki-2']))).toBe('wiki-3')
  })

  it('moves along what names a workload, and leaves host names as programs know them', () => {
    const near: DeployInput = { name: 'cache', placement: { near: ['db'], apart: ['web'] } }
    const draft = withSecret(withWorkload(BOTH, undefined, near), 'db/password', 'x')
    const now = renamed(draft, 'db', 'notes-db')
    expect(now.workloads).toEqual([
      {
        ...DB,
        name: 'notes-db',
        secrets: [{ name: 'notes-db/password', env: 'MARIADB_PASSWORD' }],
      },
      { ...WEB, uses: [{ name: 'notes-db', as: 'db' }] },
      { ...near, placement: { near: ['notes-db'], apart: ['web'] } },
    ])
    expect(now.secrets).toEqual({ 'notes-db/password': 'x' })
    const again = renamed(now, 'notes-db', 'store')
    expect(again.workloads[1]?.uses).toEqual([{ name: 'store', as: 'db' }])
  })
})

describe('steps back', () => {
  it('undoes change by change, and a stroke as one', () => {
    const { store, change, undo } = createDraftStore()
    change(() => BOTH)
    change((now) => withText(now, '{'), 'text')
    change((now) => withText(now, '{"'), 'text')
    undo()
    expect(store.getState().draft).toBe(BOTH)
    undo()
    expect(store.getState().draft).toBe(EMPTY_DRAFT)
    undo()
    expect(store.getState().past).toEqual([])
  })

  it('does again what was undone, until something else is changed', () => {
    const { store, change, undo, redo } = createDraftStore()
    change(() => BOTH)
    change((now) => withoutWorkload(now, WEB))
    const last = store.getState().draft
    undo()
    undo()
    redo()
    expect(store.getState().draft).toBe(BOTH)
    redo()
    redo()
    expect(store.getState().draft).toBe(last)
    undo()
    change((now) => withoutWorkload(now, DB))
    redo()
    expect(store.getState()).toMatchObject({ draft: { workloads: [WEB] }, future: [] })
  })
})
