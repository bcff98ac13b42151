import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ADA, instanceFacts } from '../../node-core/api/testing/memory-facts.ts'
import { createRunningHome, type RunningHome } from '../testing/cli-run.ts'

const at = '2026-11-20T00:00:00.000Z'

let home: RunningHome
beforeEach(async () => {
  home = await createRunningHome()
  home.node.world.instances = [instanceFacts()]
  const line = { at, instance: 'web-0-abcdef', node: ADA.node }
  home.node.world.lines = [
    { ...line, stream: 'stdout', line: 'hello' },
    {
      ...line,
      stream: 'note',
      line: '7 lines were left out up to here: it wrote more than is kept.',
    },
  ]
})
afterEach(() => home.remove())

describe('mycelium logs', () => {
  it('prints what was written, and what is missing of it apart', async () => {
    const { out, err } = await home.run('logs', 'web')
    expect(out).toBe('web-0-abcdef hello')
    expect(err).toContain('web-0-abcdef -- 7 lines were left out')
  })

  it('says that there is nothing, and whether of what was asked for alone', async () => {
    home.node.world.lines = []
    const none = await home.run('logs', 'web')
    expect(none).toEqual({ exit: 0, out: '', err: 'web has written nothing so far.' })
    expect((await home.run('logs', 'web', '--grep', 'x')).err).toBe('No line of web is such a one.')
    expect((await home.run('logs', 'web', '--json')).err).toBe('')
  })

  it('asks for what was asked for', async () => {
    const before = Date.now()
    await home.run('logs', 'web', '--since', '10m', '--grep', 'x', '--previous', '--tail', '3')
    const asked = home.node.world.calls.at(-1)?.with as { options: { since: string } }
    expect(asked).toMatchObject({ options: { grep: 'x', previous: true, tail: 3 } })
    expect(before - Date.parse(asked.options.since)).toBeLessThan(600_001)
    expect((await home.run('logs', 'web', '--since', 'soon')).exit).toBe(2)
  })

  it('reads on behind the places that --json says', async () => {
    await home.run('logs', 'web', '--after', 'a.1', 'b.7', '--json')
    expect(home.node.world.calls.at(-1)?.with).toMatchObject({ options: { after: ['a.1', 'b.7'] } })
  })

  it('reads the log of a copy by the name that the copy is shown with', async () => {
    await home.json('deploy', '--image', 'hello:1', '--name', 'web')
    await home.run('logs', 'web', '--instance', 'web-0')
    expect(home.node.world.calls.at(-1)?.with).toMatchObject({ of: { instance: 'web-0-abcdef' } })
  })

  it('downloads all of it with its times', async () => {
    const file = path.join(home.home, 'web.log')
    expect(await home.json('logs', 'web', '--download', file)).toEqual({ file, lines: 2 })
    expect(readFileSync(file, 'utf8')).toMatch(/^2026-11-20T00:00:00.000Z web-0-abcdef hello\n/)
    expect((await home.run('logs', 'web', '--download', file, '-f')).exit).toBe(2)
  })
})

describe('a download that cannot be written', () => {
  const failureOf = async (file: string) => {
    const { exit, err } = await home.run('logs', 'web', '--download', file)
    return { exit, err }
  }

  it('names a folder that is not there', async () => {
    const file = path.join(home.home, 'none', 'web.log')
    expect(await failureOf(file)).toMatchObject({
      ...{ exit: 1, err: expect.stringContaining('there is no such folder') },
    })
  })

  it.skipIf(!existsSync('/dev/full'))('says so when the disk is full', async () => {
    const { lines } = home.node.world
    home.node.world.lines = Array.from({ length: 5_000 }, () => lines[0]!)
    expect(await failureOf('/dev/full')).toMatchObject({
      ...{ exit: 1, err: expect.stringContaining('There is no room for /dev/full') },
    })
  })
})

describe('mycelium stats', () => {
  it('makes rates of two readings', async () => {
    const usage = { id: 'web-0-abcdef', node: ADA.node, memoryBytes: 5 * 2 ** 20 }
    let sent = 0
    let cpuSeconds = 1
    home.node.world.usages = [
      {
        ...usage,
        get at() {
          return new Date(Date.parse(at) + cpuSeconds * 1_000).toISOString()
        },
        get cpuSeconds() {
          return cpuSeconds++ / 4
        },
        get sentBytes() {
          sent += 2_048
          return sent
        },
      },
    ]
    const { out, err } = await home.run('stats', 'web')
    expect(err).toBe('')
    expect(out).toMatch(
      /web-0-abcdef +ada +\d+\.\d % +5.0 MiB .*not known +4.0 KiB, \d.* K?i?B\/s +0/,
    )
    expect(out).not.toContain('GPU')
    expect((await home.run('stats', 'none')).exit).toBe(5)
  })

  it('tells for how long a copy has had its graphics processors, where one has', async () => {
    const usage = { cpuSeconds: 1, memoryBytes: 1, gpuSeconds: 7_300 }
    home.node.world.usages = [{ id: 'web-0-abcdef', node: ADA.node, at, ...usage }]
    const { out } = await home.run('stats', 'web')
    expect(out).toMatch(/GPU LEASED\n.* 2h$/)
  })
})
