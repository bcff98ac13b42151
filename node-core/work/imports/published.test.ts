/** Files in the shape that projects publish, and what the report says of each line of them. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseWorkload } from '../spec/index.ts'
import { type Imported, importText } from './index.ts'
import { leavesOf, silentLeaves } from './testing/leaves.ts'

const read = (file: string): string =>
  readFileSync(path.join(import.meta.dirname, 'testdata', file), 'utf8')

const FILES = [
  ['wordpress.compose.yaml', {}],
  ['git-server.compose.yaml', {}],
  ['wiki.compose.yaml', { variables: { DB_PASSWORD: 'pass' } }],
  ['wordpress.kubernetes.yaml', { secretsInTheOpen: true }],
  ['database.kubernetes.yaml', {}],
  ['lines.docker-run.sh', {}],
] as const

function written({ format, workloads, report }: Imported): string {
  const lines = report.map(
    ({ line, path: at, verdict, code, workload = '-' }) =>
      `${line} ${at} ${verdict} ${code} ${workload}`,
  )
  return `${format}\n\n${lines.join('\n')}\n\n${JSON.stringify(workloads, undefined, 2)}\n`
}

describe.each(FILES)('%s', (file, options) => {
  const text = read(file)
  const imported = importText({ text, ...options })

  test('comes to what is written down beside it', async () => {
    await expect(written(imported)).toMatchFileSnapshot(`testdata/${file}.report`)
  })

  test('comes to manifests that a deploy takes', () => {
    for (const manifest of imported.workloads) {
      expect(parseWorkload(manifest).name).toBe(manifest.name)
    }
  })

  test('is told whole: no value is dropped without a word', () => {
    if (imported.format === 'docker-run') return
    const silent = silentLeaves(leavesOf(text, imported.format), imported.report)
    expect(silent).toEqual([])
  })
})

test('a git server whose folders became volumes is taken', () => {
  const text = read('git-server.compose.yaml').replaceAll('- ./', '- ')
  const { workloads, report } = importText({ text })
  expect(report.filter(({ verdict }) => verdict === 'refused')).toEqual([])
  expect(workloads).toMatchObject([
    { name: 'server', containers: [{ ports: [{ hostPort: 3_000 }, { containerPort: 22 }] }] },
    { name: 'db', containers: [{ image: 'docker.io/library/postgres:14' }] },
  ])
})

test('a secret comes into a manifest only when that is asked for; else it is to be set', () => {
  const text = read('wordpress.kubernetes.yaml')
  const closed = importText({ text })
  const toSet = closed.report.filter(({ code }) => code.startsWith('secret-'))
  expect(toSet.map(({ line, code }) => [line, code])).toEqual([
    [7, 'secret-not-brought'],
    [57, 'secret-to-set'],
  ])
  const secrets = closed.workloads.flatMap((one) => one.secrets ?? [])
  expect(secrets).toEqual([
    { name: 'wordpress-mysql/mysql-pass/password', env: 'MYSQL_ROOT_PASSWORD' },
  ])
  expect(JSON.stringify(closed)).not.toMatch(/hush|aHVzaA/)
  const open = importText({ text, secretsInTheOpen: true })
  expect(open.workloads[0]?.containers[0]?.env?.MYSQL_ROOT_PASSWORD).toBe('hush')
})

test('a report never repeats a value', () => {
  for (const [file, options] of FILES) {
    const { report } = importText({ text: read(file), ...options })
    expect(JSON.stringify(report)).not.toMatch(/examplepass|a b#c;d|hush|wikijs:/)
  }
})
