import { describe, expect, test } from 'vitest'
import { applyChange, differencesOf, parseWorkload, templateOf, type Workload } from './index.ts'
import { refusal } from './testing/refusal.ts'

const WEB = {
  name: 'web',
  replicas: 3,
  labels: { team: 'garden' },
  env: { MODE: 'slow', PASSWORD: 'planted' },
  containers: [{ image: 'web:1', ports: [{ containerPort: 80 }] }],
}
const BUNDLE = `sha256:${'a'.repeat(64)}`

function pinned(workload: Workload): Workload {
  const [part] = workload.parts
  return { ...workload, parts: [{ ...part, source: { image: 'web:1', imageId: 'sha256:1' } }] }
}

function replaced(before: Workload, manifest: object): Workload {
  return applyChange(before, { manifest: JSON.stringify(manifest) })
}

describe('a whole manifest', () => {
  test('takes the place of what was: what it leaves out goes back to what it is unless said', () => {
    const { labels: _, env: __, ...less } = WEB
    const after = replaced(parseWorkload(WEB), less)
    expect(after).toEqual(parseWorkload(less))
    expect(after.parts[0].env).toEqual({})
  })

  test('need not say the name, and gives way to what is said beside it', () => {
    const { name: _, ...nameless } = WEB
    const manifest = JSON.stringify(nameless)
    expect(applyChange(parseWorkload(WEB), { manifest, replicas: 5 })).toEqual(
      parseWorkload({ ...WEB, replicas: 5 }),
    )
  })

  test('keeps how many copies there are, and a pause, unless it says them', () => {
    const { replicas: _, ...uncounted } = WEB
    const before = applyChange(parseWorkload(WEB), { replicas: 7, rollout: { paused: true } })
    expect(replaced(before, uncounted)).toMatchObject({ replicas: 7, rollout: { paused: true } })
    const said = { ...WEB, rollout: { paused: false } }
    expect(replaced(before, said)).toMatchObject({ replicas: 3, rollout: { paused: false } })
    const job = { name: 'web', containers: WEB.containers, job: { schedule: { cron: '@daily' } } }
    const paused = applyChange(parseWorkload(job), { job: { schedule: { paused: true } } })
    expect(replaced(paused, job).job?.schedule?.paused).toBe(true)
  })

  test('keeps the content of an image that is named as before, and of no other', () => {
    const before = pinned(parseWorkload(WEB))
    expect(replaced(before, { ...WEB, replicas: 4 }).parts).toEqual(before.parts)
    const other = replaced(before, { ...WEB, containers: [{ name: 'web', image: 'web:2' }] })
    expect(other.parts[0].source).toEqual({ image: 'web:2' })
  })

  test.each([
    ['another name', { ...WEB, name: 'shop' }, ['name']],
    ['another kind', { bundle: BUNDLE }, ['bundle']],
    ['a job', { ...WEB, replicas: undefined, job: {} }, ['job']],
    ['a name and a kind', { name: 'shop', bundle: BUNDLE }, ['bundle', 'name']],
    ['a field that is none', { ...WEB, replica: 2 }, ['replica']],
    ['no text', 7, ['manifest']],
  ])('of %s is refused by the field', (_, manifest, paths) => {
    const text = typeof manifest === 'object' ? JSON.stringify(manifest) : manifest
    expect(refusal(() => applyChange(parseWorkload(WEB), { manifest: text }))).toEqual(paths)
  })
})

describe('the differences', () => {
  test('are named as people name fields; of variables and files nothing more is shown', () => {
    const before = parseWorkload(WEB)
    const after = parseWorkload({
      ...WEB,
      replicas: 5,
      labels: {},
      env: { MODE: 'fast', NEW: 'planted' },
      containers: [
        {
          ...{ image: 'web:2', name: 'web', ports: [{ containerPort: 80 }] },
          files: [{ path: '/etc/web.conf', content: 'planted' }],
        },
      ],
    })
    const differences = differencesOf(before, after)
    expect(differences).toEqual([
      { path: 'replicas', before: '3', after: '5' },
      { path: 'labels.team', before: '"garden"' },
      { path: 'containers.web.env.MODE', before: '…', after: '…' },
      { path: 'containers.web.env.PASSWORD', before: '…' },
      { path: 'containers.web.image', before: '"web:1"', after: '"web:2"' },
      { path: 'containers.web.env.NEW', after: '…' },
      { path: 'containers.web.files./etc/web.conf', after: '…' },
    ])
    expect(JSON.stringify(differences)).not.toContain('planted')
  })

  test('are none between two of one text, and those of a program stand at the top', () => {
    expect(differencesOf(parseWorkload(WEB), parseWorkload(WEB))).toEqual([])
    const program = parseWorkload({ name: 'web', bundle: BUNDLE })
    const more = applyChange(program, { resources: { cpu: '300m' }, env: { A: 'b' } })
    expect(differencesOf(program, more).map(({ path }) => path)).toEqual([
      'resources.requests.cpuMillis',
      'resources.limits.cpuMillis',
      'env.A',
    ])
    expect(templateOf(program)).not.toBe(templateOf(more))
  })
})
