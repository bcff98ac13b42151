/** One process per user data folder: a second one hands its command line over and gets false. */
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import path from 'node:path'

export interface SecondInstance {
  argv: string[]
  cwd: string
  data?: unknown
}

export class InstanceLock {
  readonly #directory: () => string
  readonly #onSecond: (second: SecondInstance) => void
  #server: Server | undefined

  constructor(directory: () => string, onSecond: (second: SecondInstance) => void) {
    this.#directory = directory
    this.#onSecond = onSecond
  }
  get held(): boolean {
    return this.#server !== undefined
  }
  get #socket(): string {
    return path.join(this.#directory(), 'electron-host.sock')
  }
  get #pidFile(): string {
    return `${this.#socket}.pid`
  }

  request(data: unknown): boolean {
    if (this.held) return true
    mkdirSync(this.#directory(), { recursive: true })
    if (this.#isHeldElsewhere()) {
      this.#handOver({ argv: process.argv, cwd: process.cwd(), data })
      return false
    }
    writeFileSync(this.#pidFile, String(process.pid))
    rmSync(this.#socket, { force: true })
    this.#server = createServer((connection) => {
      let text = ''
      connection.setEncoding('utf8').on('data', (part: string) => (text += part))
      connection.on('end', () => this.#onSecond(JSON.parse(text) as SecondInstance))
    }).listen(this.#socket)
    this.#server.unref()
    return true
  }

  release(): void {
    if (!this.held) return
    this.#server?.close()
    this.#server = undefined
    rmSync(this.#pidFile, { force: true })
  }

  #isHeldElsewhere(): boolean {
    try {
      const pid = Number(readFileSync(this.#pidFile, 'utf8'))
      process.kill(pid, 0)
      return pid !== process.pid
    } catch {
      return false
    }
  }
  /** Electron answers at once; the message is carried by a process that outlives this one. */
  #handOver(second: SecondInstance): void {
    const code = `require('net').connect(process.argv[1]).end(process.argv[2])`
    const args = ['-e', code, this.#socket, JSON.stringify(second)]
    spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref()
  }
}
