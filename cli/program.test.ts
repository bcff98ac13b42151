import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADA, BEN, instanceFacts } from '../node-core/api/testing/memory-facts.ts'
import { createProgram } from './program.ts'
import { createRunningHome, createTestHome, type TestHome } from './testing/cli-run.ts'

describe('the command line without a node', () => {
  let home: TestHome

  beforeEach(() => {
    home = createTestHome()
  })
  afterEach(() => home.remove())

  it('exits 2 on an unknown command, an unknown flag and a missing argument', async () => {
    for (const line of ['credits --help', 'credits list', 'status --loud', 'scale web', 'bundle']) {
      expect([line, (await home.run(...line.split(' '))).exit]).toEqual([line, 2])
    }
  })

  it('says what the parser refuses in the form of every other failure', async () => {
    const { err: said } = await home.run('kv', 'watch', 'shop', '--since', '1')
    expect(said).toMatch(/^Error \(WRONG_USAGE\): Unknown option '--since'.*--help/)
    const { err: json } = await home.run('--json', 'status', '--loud')
    expect(JSON.parse(json).code).toBe('WRONG_USAGE')
  })

  it('exits 3 when no node runs on the home, and says how to start one', async () => {
    const { exit, err } = await home.run('status')
    expect(exit).toBe(3)
    expect(err).toContain('mycelium up')
  })

  it('exits 3 when the node of the home is gone', async () => {
    const running = await createRunningHome()
    await running.stopNode()
    expect((await running.run('status')).exit).toBe(3)
    await running.remove()
  })

  it('gives every command a help with an example', async () => {
    const { out } = await home.run('--help')
    const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1] ?? '')
    expect(commands).toContain('deploy')
    for (const command of commands.filter((each) => !['help', 'mycelium'].includes(each))) {
      const help = await home.run(command, '--help')
      expect([command, help.exit]).toEqual([command, 0])
      expect(help.out).toMatch(/Examples?:/)
    }
  })

  it('loads the commands that are asked for, and all of them for help', async () => {
    const terminal = {
      out() {},
      err() {},
      bytes() {},
      isTerminal: false,
      columns: 80,
      colors: false,
    }
    const deps = { terminal, env: {}, untilSignal: () => new Promise<never>(() => {}) }
    const named = async (...args: string[]) =>
      (await createProgram(args, deps)).commands.map((command) => command.name())
    expect(await named('--home', 'logs', '--json', 'bundle', 'build')).toEqual(['bundle'])
    for (const args of [['--help'], ['completion', 'bash'], ['nothing'], []]) {
      expect(await named(...args)).toEqual(expect.arrayContaining(['init', 'up', 'ps', 'doctor']))
    }
    expect(await named('--version')).toEqual([])
    const all = await named()
    for (const name of all.filter((each) => each !== 'completion')) {
      const loaded = await named(name)
      expect(loaded).toContain(name)
      expect([name, loaded.length < all.length]).toEqual([name, true])
    }
  })

  it('exits 5 and says so plainly when a file it is given is not there', async () => {
    const manifest = path.join(home.home, 'm.json')
    writeFileSync(manifest, '{"name":"a","version":"1.0.0","runtime":"native-exec"}')
    for (const args of [
      ['bundle', 'verify', 'gone.spore'],
      ['bundle', 'inspect', 'gone.spore'],
      ['bundle', 'build', '--manifest', 'gone.json', '--program', manifest],
      ['bundle', 'build', '--manifest', manifest, '--program', 'gone'],
    ]) {
      const { exit, err } = await home.run('--json', ...args)
      const file = args.find((each) => each.startsWith('gone'))
      expect(JSON.parse(err)).toMatchObject({
        code: 'NOT_FOUND',
        error: `There is no file ${file}.`,
      })
      expect([args, exit]).toEqual([args, 5])
    }
    const folder = await home.run('bundle', 'verify', home.home)
    expect(folder.exit).toBe(1)
    expect(folder.err).toContain(`${home.home} is a folder.`)
  })

  it('gives errors as JSON on standard error with --json', async () => {
    const { out, err } = await home.run('--json', 'token')
    expect(out).toBe('')
    expect(JSON.parse(err)).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('prints a completion for each shell that knows every command', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { exit, out } = await home.run('completion', shell)
      expect([shell, exit]).toEqual([shell, 0])
      expect(out).toContain('deploy')
    }
    expect((await home.run('completion', 'tcsh')).exit).toBe(2)
  })
})

describe('the command line with a node', () => {
  let home: Awaited<ReturnType<typeof createRunningHome>>
  const DEPLOY = ['deploy', '--image', 'hello:1', '--name', 'web', '-p', '0:80']

  beforeEach(async () => {
    home = await createRunningHome()
  })
  afterEach(() => home.remove())

  it('gives the document of the route with --json', async () => {
    expect(await home.json('status')).toMatchObject({ node: { id: ADA.node } })
    expect(await home.json('nodes')).toMatchObject({
      nodes: [
        { id: ADA.node, self: true, status: 'Ready' },
        { id: BEN.node, self: false },
      ],
    })
    expect(await home.json('ps')).toEqual({ workloads: [] })
    expect(await home.json('members')).toMatchObject({ members: [{ founder: true }, {}] })
    expect(await home.json('token')).toEqual({ token: 'the-token' })
    const invite = { invite: 'mycelium://join?x', uses: 2 }
    expect(await home.json('invite', '--uses', '2')).toMatchObject(invite)
  })

  it('prints tables and figures for people', async () => {
    const { out } = await home.run('nodes')
    expect(out.split('\n')[0]).toMatch(/^NAME +STATUS +ROLE +COMMITTEE +OWNER +FREE CPU/)
    expect(out).toMatch(/^ada \(this\) +Ready +rhizomorph +ada +2 cores +1\.0 GiB/m)
    expect((await home.run('ps')).out).toMatch(/^Nothing runs yet/)
  })

  it('deploys with every flag as the contract has it', async () => {
    const deployed = await home.json(
      ...[...DEPLOY, '--replicas', '3', '-e', 'A=1', '-e', 'B=x=y', '--cpu', '250m'],
      ...['--memory', '64Mi', '--label', 'tier=front', '--on-partition', 'keep'],
      ...['--health', 'http:/ready', '--', 'serve', '--fast'],
    )
    expect(deployed).toMatchObject({
      name: 'web',
      replicas: 3,
      labels: { tier: 'front' },
      onPartition: 'keep',
      resources: { cpuMillis: 250, memoryBytes: 64 * 2 ** 20 },
      ports: [{ containerPort: 80, protocol: 'tcp' }],
    })
    const [record] = home.node.deps.network()?.state.list('net/workload/') ?? []
    expect(record?.value).toMatchObject({
      parts: [
        {
          env: { A: '1', B: 'x=y' },
          probes: { live: { kind: 'http', path: '/ready', port: 80 } },
          source: { image: 'hello:1', command: ['serve', '--fast'] },
        },
      ],
    })
  })

  it.each([
    ['replicas 0', ['--replicas', '0'], 2, 'replicas'],
    ['replicas that are no number', ['--replicas', 'many'], 2, '--replicas'],
    ['a variable without a value', ['-e', 'A'], 2, '-e'],
    ['a port that is none', ['-p', 'web'], 2, '-p'],
    ['an amount that is none', ['--cpu', 'lots'], 2, 'resources.cpu'],
  ])('exits 2 on %s and names it', async (_, flags, exit, name) => {
    const result = await home.run(...DEPLOY, ...flags)
    expect(result.exit).toBe(exit)
    expect(result.err).toContain(name)
  })

  it('waits for every copy, telling each step once, and ends with the document', async () => {
    await home.json(...DEPLOY)
    const pulling = { status: 'Pulling', health: 'unknown', progress: 'Pulling image' } as const
    let doneMs: number | undefined
    Object.defineProperty(home.node.world, 'instances', {
      get() {
        // From the first look on, and so for more than one.
        doneMs ??= performance.now() + 300
        return [performance.now() < doneMs ? instanceFacts(pulling) : instanceFacts()]
      },
    })
    const { exit, err, out } = await home.run(...DEPLOY, '--wait')
    expect(exit).toBe(0)
    expect(err.match(/Pulling image/g)).toHaveLength(1)
    expect(out).toBe('web runs 1 of 1 at http://web.localhost:8080/')
  })

  it('takes what nobody asks for its health to run only once it has stayed so', async () => {
    const bare = ['deploy', '--image', 'hello:1', '--name', 'bare', '--wait']
    home.node.world.instances = [instanceFacts({ workload: 'bare' })]
    expect((await home.run(...bare, '--timeout', '1500ms')).out).toBe('bare runs 1 of 1')
    let endedMs: number | undefined
    const reason = { code: 'ENDED', message: 'The program ended with exit code 9.' }
    Object.defineProperty(home.node.world, 'instances', {
      get() {
        endedMs ??= performance.now() + 300
        const ended = { status: 'Failed', health: 'unhealthy', reason } as const
        return [instanceFacts({ workload: 'bare', ...(performance.now() > endedMs && ended) })]
      },
    })
    const { exit, err } = await home.run(...bare, '--timeout', '1500ms')
    expect([exit, err]).toEqual([6, expect.stringContaining('exit code 9')])
    // Of the copy, and at the end: not as a condition of the whole besides.
    expect(err.match(/exit code 9/g)).toHaveLength(2)
  })

  it('exits 6 when waiting takes too long, for a deploy and for what changes it', async () => {
    const wait = ['--wait', '--timeout', '100ms']
    for (const words of [DEPLOY, ['scale', 'web', '2'], ['update', 'web', '--image', 'hello:2']]) {
      const { exit, err } = await home.run(...words, ...wait)
      expect([exit, err]).toEqual([6, expect.stringContaining('TIMED_OUT')])
    }
  })

  it('names every wrong field of a manifest, and no line of ours for an expected refusal', async () => {
    const file = path.join(home.home, 'web.json')
    const containers = [{ image: 'hello:1', ports: [{ containerPort: 'web' }] }]
    writeFileSync(file, JSON.stringify({ name: 'Web', replicas: 'many', containers }))
    const { exit, err } = await home.run('deploy', '-f', file, '--verbose')
    expect(exit).toBe(2)
    expect(err).toContain('3 fields are wrong')
    for (const field of ['name', 'replicas', 'containers.0.ports.0.containerPort']) {
      expect(err).toMatch(new RegExp(`^ {2}${field}: `, 'm'))
    }
    expect(err).not.toMatch(/^ +at /m)
  })

  it('warns of egress that the shield does not let through', async () => {
    const inside = [...DEPLOY, '--egress', '192.168.1.1:80']
    const preview = await home.run(...inside, '--dry-run')
    expect(preview.out).toContain('192.168.1.1')
    expect((await home.run(...inside)).err).toContain('Warning: 192.168.1.1')
    expect((await home.run(...DEPLOY, '--name', 'other')).err).not.toContain('Warning')
  })

  it('shows where it would run without running it', async () => {
    expect(await home.json(...DEPLOY, '--dry-run')).toMatchObject({ slots: [{ index: 0 }] })
    expect(await home.json('deploy', '--schema')).toMatchObject({ title: 'Mycelium workload' })
    expect(await home.json('ps')).toEqual({ workloads: [] })
  })

  it('scales, says why, and deletes', async () => {
    await home.json(...DEPLOY)
    expect(await home.json('scale', 'web', '2')).toMatchObject({ replicas: 2 })
    expect((await home.run('why', 'web')).out).toMatch(
      /^web-0: (ada|ben)\n {2}\1 +Several computers suit it equally well.*\n {2}not /,
    )
    expect((await home.run('delete', 'web')).out).toBe('web is ended.')
    expect((await home.run('delete', 'web')).exit).toBe(5)
  })

  it('says what a cordon and a drain did, in words', async () => {
    expect((await home.run('cordon', 'ben')).out).toBe('ben takes no new work.')
    expect((await home.run('uncordon', 'ben')).out).toBe('ben takes work again.')
    expect((await home.run('drain', 'ben')).out).toMatch(/^Nothing runs on ben any more: it may/)
    await home.json('promote', 'ada')
    expect((await home.run('drain', 'ada', '--wait')).out).toMatch(/writes wait\.$/)
  })

  it('exits 4 when the permission is lacking, 5 when there is none of that name', async () => {
    home.node.world.permissions = ['use']
    expect((await home.run(...DEPLOY)).exit).toBe(4)
    expect((await home.run('why', 'nothing')).exit).toBe(5)
    expect((await home.run('cordon', 'nobody')).exit).toBe(5)
    expect((await home.run('cordon', 'ben')).exit).toBe(4)
  })

  it('tells a spent invite from one that was cut short', async () => {
    home.node.world.inNetwork = false
    const spent = await home.run('join', 'mycelium://join?spent')
    expect([spent.exit, spent.err]).toEqual([4, expect.stringContaining('INVITE_SPENT')])
    expect((await home.run('join')).exit).toBe(2)
  })

  it('prints log lines, each with its instance, or one document each', async () => {
    await home.json(...DEPLOY)
    home.node.world.instances = [instanceFacts()]
    const at = '2026-11-20T00:00:00.000Z'
    home.node.world.lines = [
      { at, instance: 'web-0-abcdef', node: ADA.node, stream: 'stdout', line: 'hello' },
    ]
    expect((await home.run('logs', 'web')).out).toBe('web-0-abcdef hello')
    expect(await home.json('logs', 'web')).toMatchObject({ line: 'hello', stream: 'stdout' })
  })

  it('opens a workload by its own host name, and the window by a one-time link', async () => {
    await home.json(...DEPLOY)
    expect((await home.run('open', 'web', '--print')).out).toBe('http://web.localhost:8080/')
    expect((await home.run('open', '--print')).out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#code=/)
  })

  it('opens what is not for everybody with a pass, and says what is asked of the edge', async () => {
    const edge = [
      '--access',
      'members',
      '--rate',
      '600:50',
      '--tcp',
      '15000:80',
      '--https',
      'redirect',
    ]
    expect(await home.json(...DEPLOY, ...edge)).toMatchObject({
      edge: {
        access: 'members',
        rate: { perMinute: 600, burst: 50 },
        tcp: [{ port: 15_000, containerPort: 80 }],
      },
    })
    const { out } = await home.run('open', 'web', '--print')
    expect(out).toBe('http://web.localhost:8080/?mycelium-pass=mycelium-pass.web')
    expect(await home.json('update', 'web', '--rate', 'none')).not.toHaveProperty('edge.rate')
    expect((await home.run('update', 'web', '--rate', 'often')).exit).toBe(2)
    for (const nothing of ['none', '']) {
      const one = await home.json('update', 'web', '--tcp', '15001:80')
      expect(one).toHaveProperty('edge.tcp.0')
      expect(await home.json('update', 'web', '--tcp', nothing)).not.toHaveProperty('edge.tcp.0')
    }
    const beside = await home.run('update', 'web', '--tcp', 'none', '--tcp', '15001:80')
    expect([beside.exit, beside.err]).toEqual([2, expect.stringContaining('or none alone')])
    expect((await home.run('update', 'web', '--tcp', '80')).exit).toBe(2)
  })

  it('lists what came in through the edge', async () => {
    expect((await home.run('requests')).out).toBe('Nothing came in here since this node started.')
    expect((await home.run('requests', 'nosuch')).exit).toBe(5)
    home.node.world.edgeRequests = [
      {
        ...{ atMs: 0, workload: 'web', method: 'GET', path: '/a', status: 502 },
        ...{ tookMs: 1.25, bytes: 7, client: '10.0.0.1' },
      },
    ]
    const { out } = await home.run('requests', 'web')
    expect(out).toMatch(
      /1970-01-01T00:00:00.*web +502 +1\.3 +7 +GET +\/a +10\.0\.0\.1 +the edge itself/,
    )
    const answer = await home.json('requests')
    expect(answer).toMatchObject({ requests: [{ status: 502, path: '/a' }] })
  })

  it('exits 5 and says so plainly when a file to deploy or to publish is not there', async () => {
    for (const args of [
      ['deploy', '-f', 'gone.json'],
      ['deploy', '--bundle', 'gone.json'],
      ['bundle', 'publish', 'gone.json'],
    ]) {
      const { exit, err } = await home.run(...args)
      expect([args, exit]).toEqual([args, 5])
      expect(err).toContain('There is no file gone.json.')
      expect(err).not.toContain('ENOENT')
    }
    const folder = await home.run('bundle', 'publish', home.home)
    expect([folder.exit, folder.err]).toEqual([1, expect.stringContaining('is a folder.')])
  })

  it('makes a key once and never over another', async () => {
    const file = path.join(home.home, 'team.key')
    expect(await home.json('bundle', 'keygen', '--out', file)).toMatchObject({ file })
    expect((await home.run('bundle', 'keygen', '--out', file)).exit).toBe(1)
  })
})
