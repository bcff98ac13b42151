import { describe, expect, it } from 'vitest'
import { contract } from '../../../node-core/api/contract/index.ts'
import { placeProblems } from '../rules/index.ts'
import { toCommand } from './command-line.ts'
import { EMPTY_FORM, fieldOf, toInput, wrongFieldsOf } from './form.ts'

const DIGEST = `sha256:${'ab'.repeat(32)}`
const image = { ...EMPTY_FORM, image: 'web:1.2', name: 'web', isNameOwn: true }
const FULL = {
  ...image,
  replicas: 3,
  port: '8080',
  cpu: '500m',
  memory: '256Mi',
  env: 'A=1\nB=two words',
  labels: 'tier=front',
}
const FILES = [
  { key: 1, path: '/work/app.ini', content: 'a=1\n', mode: '0444' as const },
  {
    ...{ key: 2, path: '/work/two words', content: 'AP8=', encoding: 'base64' as const },
    mode: '0555' as const,
  },
]
const NEEDED = {
  ...{ scaling: 'needed' as const, least: 0, most: 5, requestsPerSecond: '50', p99Ms: '250' },
  ...{ cpuPercent: '70', queueKey: 'web/orders', queuePerCopy: '20', upAfter: '30', downAfter: '' },
  ...{ idle: '600', wake: '20', ceilingCpu: '4', ceilingMemory: '8Gi' },
}

describe('the form', () => {
  it.each<[Partial<typeof EMPTY_FORM>, string[]]>([
    [{ env: 'A=1\n\n# B', scratch: '/tmp 1Mi', labels: 'a=b' }, []],
    [{ env: 'A=1\nB' }, ['env']],
    [{ labels: 'tier', selector: 'disk' }, ['labels', 'selector']],
    [{ scratch: '/tmp\ncache' }, ['scratch']],
    [{ scratch: 'cache', source: 'bundle' }, []],
    [{ reach: 'list', egress: 'b.org' }, ['egress']],
    [{ rollout: 'canary', shares: '5, x' }, ['shares']],
    [{ rollout: 'canary', shares: '5, x', work: 'once' }, []],
  ])('says of %o which fields cannot be read', (part, fields) => {
    expect(wrongFieldsOf({ ...EMPTY_FORM, image: 'web', ...part })).toEqual(fields)
  })

  it('asks for nothing until it says what to run', () => {
    expect(toInput(EMPTY_FORM)).toBeUndefined()
    expect(toInput({ ...EMPTY_FORM, source: 'bundle', image: 'web' })).toBeUndefined()
  })

  it.each([
    image,
    FULL,
    { ...EMPTY_FORM, source: 'bundle' as const, bundle: DIGEST, env: 'A=1', cpu: '1' },
    { ...FULL, health: 'http' as const, healthPath: '/up', onPartition: 'keep' as const },
    { ...FULL, selector: 'place=home', health: 'tcp' as const },
    { ...FULL, command: 'sh\n-c\nsleep 9' },
    { ...FULL, reach: 'all' as const },
    { ...FULL, reach: 'list' as const, egress: 'a.example.org:443\n203.0.113.0/24:53/udp\n' },
    { ...FULL, ...NEEDED },
    { ...FULL, disk: '2Gi', gpus: 1, readOnlyRoot: true, scratch: '/tmp\n/run 8Mi' },
    { ...FULL, files: FILES },
    { ...EMPTY_FORM, source: 'bundle' as const, bundle: DIGEST, files: FILES },
    { ...FULL, rollout: 'canary' as const, budget: 'serve' as const, budgetCount: 2 },
    { ...FULL, work: 'once' as const, parallelism: 9, priority: 'low' as const },
    { ...FULL, work: 'schedule' as const, cron: '@daily', timeZone: 'Europe/Berlin' },
  ])('makes what the contract takes: %o', (form) => {
    const schema = contract.workloads.deploy['~orpc'].inputSchema
    expect(schema?.['~standard'].validate(toInput(form))).not.toHaveProperty('issues')
  })

  it('says the same as a command', () => {
    expect(toCommand(toInput(FULL) ?? {})).toBe(
      "mycelium deploy --image web:1.2 --name web --replicas 3 -p 8080 -e A=1 -e 'B=two words' " +
        '--cpu 500m --memory 256Mi --label tier=front',
    )
  })

  it('says what it may connect to, as it was written', () => {
    const egress = ' api.example.org:443,8443\n\n203.0.113.0/24:53/udp'
    const input = toInput({ ...image, reach: 'list', egress })
    expect(input?.egress).toEqual([
      { host: 'api.example.org', ports: [443, 8_443] },
      { address: '203.0.113.0/24', ports: [53], protocol: 'udp' },
    ])
    expect(toCommand(input ?? {})).toContain(
      '--egress api.example.org:443,8443 --egress 203.0.113.0/24:53/udp',
    )
    expect(toInput({ ...image, egress })).not.toHaveProperty('egress')
    expect(toCommand(toInput({ ...image, reach: 'all' }) ?? {})).toContain('--egress all')
  })

  it('places files: in the container, at the top of a program, from beside the command', () => {
    const input = toInput({ ...image, files: FILES })
    expect(input).not.toHaveProperty('files')
    expect(input?.containers?.[0]?.files).toEqual([
      { path: '/work/app.ini', content: 'a=1\n' },
      { path: '/work/two words', content: 'AP8=', encoding: 'base64', mode: '0555' },
    ])
    expect(toCommand(input ?? {})).toContain(
      "--place app.ini:/work/app.ini --place 'two words:/work/two words'",
    )
    const program = { ...EMPTY_FORM, source: 'bundle' as const, bundle: DIGEST, files: FILES }
    expect(toInput(program)?.files).toHaveLength(2)
  })

  it('says what runs in place of the image’s own command last, word by word', () => {
    const input = toInput({ ...image, command: 'sh\n-c\nsleep 9\n' })
    expect(input?.containers?.[0]?.command).toEqual(['sh', '-c', 'sleep 9'])
    expect(toCommand(input ?? {})).toMatch(/ -- sh -c 'sleep 9'$/)
    expect(toInput(image)?.containers?.[0]).not.toHaveProperty('command')
    expect(fieldOf('containers.0.command.1')).toBe('command')
  })

  it('quotes what a shell would take apart', () => {
    const command = toCommand({ containers: [{ image: "a'b $(c)" }] })
    expect(command).toBe("mycelium deploy --image 'a'\\''b $(c)'")
  })

  it('says all that can be chosen by flags', () => {
    const more = { selector: 'place=home', health: 'http' as const, healthPath: '/up' }
    const rules = { onPartition: 'keep' as const, restart: 'onFailure' as const }
    const chosen = { ...image, ...more, ...rules, priority: 'high' as const }
    expect(toCommand(toInput(chosen) ?? {})).toBe(
      'mycelium deploy --image web:1.2 --name web --node-label place=home --health http:/up ' +
        '--on-partition keep --restart on-failure --priority high',
    )
  })

  it('says how many are needed, how a change takes over, and what bounds it', () => {
    const form = {
      ...{
        ...image,
        ...NEEDED,
        disk: '2Gi',
        gpus: 1,
        readOnlyRoot: true,
        scratch: '/tmp\n/run 8Mi',
      },
      ...{ rollout: 'canary' as const, shares: '10, 50', budget: 'away' as const, budgetCount: 2 },
    }
    const input = toInput(form) ?? {}
    expect(input).not.toHaveProperty('replicas')
    expect(toCommand(input)).toBe(
      'mycelium deploy --image web:1.2 --name web --autoscale 0:5,rps=50,p99=250ms,cpu=70,' +
        'queue=web/orders:20,up=30s,idle=600s,wake=20s,max-cpu=4,max-memory=8Gi ' +
        '--disk 2Gi --gpus 1 --read-only --scratch /tmp --scratch /run:8Mi ' +
        '--rollout canary:10,50:300s --max-unavailable 2',
    )
    const bundle = toInput({ ...form, source: 'bundle', bundle: DIGEST })
    expect(bundle).toMatchObject({ bundle: DIGEST, resources: { disk: '2Gi', gpus: 1 } })
  })

  it.each([
    ['5, 30, 5', 'canary:5,25,50:300s,1800s,300s'],
    ['0.5, -, 5', 'canary:5,25,50:30s,-,300s'],
    ['5', 'canary:5,25,50:300s'],
    ['', 'canary:5,25,50'],
  ])('says for how long each share of a canary lasts, as it was entered: “%s”', (minutes, flag) => {
    const form = { ...image, rollout: 'canary' as const, shares: '5 25 50', shareMinutes: minutes }
    expect(toCommand(toInput(form) ?? {})).toMatch(new RegExp(`--rollout ${flag}$`))
  })

  it('says of a job what a job has, and nothing of copies', () => {
    const daily = {
      ...image,
      work: 'schedule' as const,
      cron: '30 3 * * *',
      restart: 'never' as const,
    }
    expect(toInput(daily)).toEqual({
      name: 'web',
      containers: [{ image: 'web:1.2' }],
      job: { schedule: { cron: '30 3 * * *' } },
    })
    expect(toCommand(toInput(daily) ?? {})).toBe(
      "mycelium deploy --image web:1.2 --name web --schedule '30 3 * * *'",
    )
    const eight = { ...image, work: 'once' as const, replicas: 8, parallelism: 20, retries: 0 }
    expect(toInput(eight)?.job).toEqual({ completions: 8, parallelism: 8, retries: 0 })
    expect(toCommand(toInput({ ...image, work: 'once' }) ?? {})).toMatch(/ --job$/)
  })

  it('puts the complaints of the node at their fields', () => {
    const placed = placeProblems(
      [
        { path: 'containers.0.image', message: 'a' },
        { path: 'containers.0.env.A', message: 'b' },
        { path: 'resources.memory', message: 'c' },
        { path: 'elsewhere', message: 'd' },
        { path: 'autoscale.queue.key', message: 'e' },
        { path: 'containers.0.scratch.1.size', message: 'f' },
        { path: 'rollout.steps.0.share', message: 'g' },
        { path: 'containers.0.files.1.path', message: 'h' },
      ],
      fieldOf,
    )
    expect([...placed]).toEqual([
      ['image', 'a'],
      ['env', 'b'],
      ['memory', 'c'],
      ['queueKey', 'e'],
      ['scratch', 'f'],
      ['shares', 'g'],
      ['files.1.path', 'h'],
    ])
  })
})
