/** What a program is given stands nowhere that others on its computer could read it. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { linesUntil } from '../runner.suite.ts'
import { GIVEN_WORDS, givenText } from './given.ts'
import type { ProcessRunner } from './index.ts'
import { type Bench, openBench, requestFor } from './testing/bench.ts'

const SAY = '#!/bin/sh\necho "has $PASSWORD"\necho done\nexec sleep 60\n'

/** The arguments of all processes of this computer, as any user may read them. */
function allArguments(): string[] {
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return processes.map((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8')
    } catch {
      // It has ended meanwhile.
      return ''
    }
  })
}

describe.skipIf(process.platform !== 'linux')('the environment of a program', () => {
  let bench: Bench
  let runner: ProcessRunner
  beforeAll(async () => {
    bench = await openBench()
    runner = bench.runner()
    await runner.start()
  }, 30_000)
  afterAll(() => bench?.close(), 30_000)

  it('is in no arguments of any process while it runs', async () => {
    const password = `planted-${process.pid}-${Date.now().toString(36)}`
    const workload = await bench.bundles.workload('says', SAY, { env: { PASSWORD: password } })
    const request = requestFor(workload)
    await runner.run(request)
    expect(await linesUntil(runner, request.id, 'done')).toContain(`has ${password}`)
    expect(allArguments().filter((words) => words.includes(password))).toEqual([])
    await runner.end(request.id, { graceMs: 0 })
  }, 30_000)
})

describe.skipIf(!existsSync('/bin/bash'))('another shell', () => {
  it('takes it as well, and what it keeps for itself', () => {
    const given = {
      A: "it's\n.\n",
      UID: '7',
      PPID: '3',
      BASHOPTS: 'x',
      IFS: 'y',
      _: 'z',
      RANDOM: '4',
    }
    const [, , script] = GIVEN_WORDS
    // Under the name by which it is a system's own shell.
    const how = { argv0: 'sh', env: {}, input: givenText(given), encoding: 'utf8' } as const
    const words = ['-c', script, 'given', '/usr/bin/env', '-0']
    const { stdout: said, stderr } = spawnSync('/bin/bash', words, how)
    expect(stderr).toBe('')
    const { _, ...told } = given
    for (const [name, value] of Object.entries(told)) {
      expect(said.split('\0')).toContain(`${name}=${value}`)
    }
    expect(_).toBe('z')
  })
})
