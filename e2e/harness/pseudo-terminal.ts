/**
 * A command of ours with a real terminal before it, as a person has one. Node makes none; `script` of
 * util-linux does, and passes on what it reads.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { CLI, type TestNode } from './node-process.ts'
import { until } from './waiting.ts'

export interface PseudoTerminal {
  type(text: string): void
  /** Waits until it shows this. */
  shows(wanted: RegExp): Promise<void>
  resize(columns: number, rows: number): void
  /** The exit code of the command, and what the terminal was left as. */
  ended(): Promise<{ code: number | null; isSane: boolean }>
  kill(): void
}

export function terminalsUnavailable(): string | undefined {
  return existsSync('/usr/bin/script') ? undefined : 'script of util-linux is not installed'
}

export function openPseudoTerminal(
  { home }: Pick<TestNode, 'home'>,
  words: readonly string[],
  { columns, rows }: { columns: number; rows: number },
): PseudoTerminal {
  const quoted = [process.execPath, CLI, ...words].map((word) => `'${word}'`).join(' ')
  const line =
    `tty; stty cols ${columns} rows ${rows}; ${quoted}; code=$?; ` +
    `stty -a | grep -q ' icanon' && echo left sane; exit $code`
  const env = { ...process.env, SHELL: '/bin/sh', NO_COLOR: '1', MYCELIUM_HOME: home }
  const child = spawn('script', ['-qec', line, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  child.stdout.on('data', (data) => {
    shown += data
  })
  return {
    type: (text) => void child.stdin.write(text),
    async shows(wanted) {
      await until(`the terminal to show ${wanted}`, 20_000, () => {
        if (wanted.test(shown)) return true
        throw new Error(shown.slice(-500))
      })
    },
    resize(to, height) {
      const [device = ''] = /\/dev\/pts\/\d+/.exec(shown) ?? []
      execFileSync('stty', ['-F', device, 'cols', String(to), 'rows', String(height)])
    },
    async ended() {
      await until('the terminal to end', 20_000, () => child.exitCode !== null)
      return { code: child.exitCode, isSane: /left sane/.test(shown) }
    },
    kill: () => void child.kill('SIGKILL'),
  }
}
