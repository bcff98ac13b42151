/** What is refused before a node is asked. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestHome, type TestHome } from './testing/cli-run.ts'

let home: TestHome
beforeEach(() => {
  home = createTestHome()
})
afterEach(() => home.remove())

it('says which command may have been meant, in a form of its own for help too', async () => {
  for (const line of ['deplo', 'deplo --help', 'seed publsh --to x']) {
    const { exit, err } = await home.run(...line.split(' '))
    expect([line, exit, err]).toEqual([
      line,
      2,
      expect.stringMatching(/Unknown command .*\. Did you mean (deploy|publish)\? See --help/),
    ])
  }
  expect((await home.run('credits')).err).not.toContain('mean')
})

it('names five wrong fields of the config at once and exits 2', async () => {
  writeFileSync(
    path.join(home.home, 'config.toml'),
    '[node]\nname = 7\n[network]\nlisten = "nowhere"\nmax_peers = -1\n' +
      'exchange_interval = "soon"\n[logging]\nlevel = "loud"\n',
  )
  const { exit, err } = await home.run('up', '--no-open')
  expect(exit).toBe(2)
  for (const field of [
    'node.name',
    'network.listen',
    'network.max_peers',
    'network.exchange_interval',
    'logging.level',
  ]) {
    expect(err.split(`  ${field}`)).toHaveLength(2)
  }
  expect(err).not.toMatch(/[Ii]nvalid|expected|received/)
  expect(err).toContain('node.name: Must be text in quotes.')
})

it('names a wrong flag, and not a file that has nothing of it', async () => {
  const { exit, err } = await home.run('up', '--api-port', '99999', '--log-level', 'loud')
  expect([exit, err]).toEqual([
    2,
    'Error (WRONG_USAGE): What was given is wrong:\n' +
      '  --api-port: Must be a whole number from 0 to 65535.\n' +
      '  --log-level: Must be one of "error", "warn", "info", "debug".',
  ])
})

it('founds no network of Simplex whose leader would answer reads by a lease', async () => {
  const { exit, err } = await home.run(
    ...['init', '--network-name', 'Garden', '--consensus', 'simplex', '--lease-reads'],
  )
  expect([exit, err]).toEqual([
    2,
    expect.stringContaining('(WRONG_USAGE): --lease-reads: only raft has a leader'),
  ])
})
