/** A command that runs while a lock is held, and no longer. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants, hostname } from 'node:os'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { CommandFailure, EXIT, ForeignExit, wrongUsage } from '../exit-codes.ts'
import { createAwakeClock } from '../holding/awake-clock.ts'
import { type KeptLease, keepLease } from '../holding/kept-lease.ts'
import type { NodeClient } from '../node-client.ts'
import type { Act, CliDeps } from '../run.ts'
import { durationMs } from '../text/parse.ts'
import { consistencyOf, type ReadFlags, STALE } from './reading.ts'

interface LockFlags extends ReadFlags {
  ttl: string
  wait?: string
}

export function lockCommand(kv: Command, act: Act, deps: CliDeps): void {
  kv.command('lock')
    .summary('run a command while a lock is held')
    .description(
      'Waits for a lock, runs a command, and gives the lock back. The command is stopped when the ' +
        'lock can no longer be kept. Its exit code is the answer. It finds the lock’s name, token ' +
        'and lease in MYCELIUM_LOCK, MYCELIUM_LOCK_TOKEN and MYCELIUM_LEASE. Without a command: who ' +
        'has the lock. The command gets no terminal to read from.',
    )
    .argument('<lock>', 'its name, such as shop/leader')
    .argument('[command...]', 'after --, with its arguments')
    .option('--ttl <duration>', 'how long the lock stays when this computer dies', '15s')
    .option('--wait <duration>', 'how long to wait for it at most (default: as long as it takes)')
    .option('--stale', `without a command: ${STALE}`)
    .addHelpText('after', '\nExample:\n  mycelium kv lock shop/leader -- ./tidy-up.sh')
    .action(
      act<LockFlags>((context, [lock = '', ...command], flags) =>
        command.length === 0
          ? show(context, lock, flags)
          : run(context, lock, command, flags, deps),
      ),
    )
}

async function show(context: Context, lock: string, flags: ReadFlags): Promise<void> {
  const node = await context.node()
  const answer = await node.call.locks.show({ lock, ...consistencyOf(flags) })
  const { holder, token, waiting } = answer
  context.answer(answer, () => `${holder} holds ${lock} (token ${token}); ${waiting.length} wait.`)
}

async function run(
  context: Context,
  lock: string,
  command: string[],
  flags: LockFlags,
  deps: CliDeps,
): Promise<void> {
  if (flags.stale) throw wrongUsage('--stale: a command needs the lock itself.')
  const ttlSeconds = Math.round(durationMs('--ttl', flags.ttl) / 1_000)
  if (ttlSeconds < 2) throw wrongUsage('--ttl: at least 2s.')
  const waitMs = flags.wait === undefined ? undefined : durationMs('--wait', flags.wait)
  const node = await context.node()
  const nowMs = createAwakeClock()
  const kept = await keepLease({ leases: node.call.leases, nowMs }, leaseFor(lock), ttlSeconds)
  const stopped = new AbortController()
  const forced = new AbortController()
  let runs = false
  // Without this process the command would go on when the lock is somebody else's already.
  const onSecondPress = (): boolean => {
    forced.abort()
    return runs
  }
  const signal = deps.untilSignal(onSecondPress).then((name) => {
    stopped.abort()
    return name
  })
  try {
    const token = await acquire(node, lock, kept, { waitMs, nowMs, stop: stopped.signal })
    context.notice(`${lock} is held (token ${token}).`)
    const env = { MYCELIUM_LOCK: lock, MYCELIUM_LOCK_TOKEN: String(token) }
    runs = true
    const stops = { signal, forced: forced.signal }
    const exit = await runWhile(kept, command, { ...context.env, ...env }, stops)
    if (kept.ending.aborted) throw lockLost(lock)
    if (exit !== 0) throw new ForeignExit(exit)
  } finally {
    await kept.end()
  }
}

/** Its token. The place in the line lasts as long as the lease does. */
async function acquire(
  node: NodeClient,
  lock: string,
  { lease, ending }: KeptLease,
  options: { waitMs: number | undefined; nowMs(): number; stop: AbortSignal },
): Promise<number> {
  const { waitMs = Number.POSITIVE_INFINITY, nowMs, stop } = options
  const endMs = nowMs() + waitMs
  const signal = AbortSignal.any([ending, stop])
  for (;;) {
    const leftSeconds = Math.max(0, (endMs - nowMs()) / 1_000)
    const waitSeconds = Math.min(leftSeconds, WAIT_SECONDS)
    const asked = node.call.locks.acquire({ lock, lease, waitSeconds }, { signal })
    const { held, token, ahead } = await asked.catch((error: unknown) => {
      if (ending.aborted) throw lockLost(lock)
      if (stop.aborted) throw new CommandFailure(EXIT.FAILED, 'INTERRUPTED', 'Stopped waiting.')
      throw error
    })
    if (held && token !== undefined) return token
    if (leftSeconds > 0) continue
    const message = `${lock} was not free in time; ${ahead ?? 'some'} came before.`
    throw new CommandFailure(EXIT.TIMED_OUT, 'LOCK_TAKEN', message)
  }
}

/** Told to end when the lease cannot be kept; ended for it when its time is over, or at a second press. */
function runWhile(
  { lease, ending, over }: KeptLease,
  [file = '', ...args]: string[],
  env: NodeJS.ProcessEnv,
  { signal, forced }: { signal: Promise<NodeJS.Signals>; forced: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const stdin = process.stdin.isTTY ? 'ignore' : 'inherit'
    const child = spawn(file, args, {
      stdio: [stdin, 'inherit', 'inherit'],
      env: { ...env, MYCELIUM_LEASE: lease },
      // A group of its own, so that what it has started ends with it.
      detached: true,
    })
    const tell = (name: NodeJS.Signals): void => signalGroup(child, name)
    child.once('error', (cause) => {
      const why = isCode(cause, 'ENOENT') ? 'there is no such program' : cause.message
      reject(new CommandFailure(EXIT.NOT_FOUND, 'COMMAND_FAILED', `${file}: ${why}.`))
    })
    child.once('exit', (code, signalName) => {
      resolve(code ?? 128 + (signalName === null ? 0 : constants.signals[signalName]))
    })
    const endNow = (): void => tell('SIGKILL')
    const askToEnd = (): void => tell('SIGTERM')
    ending.addEventListener('abort', askToEnd, { once: true })
    for (const end of [over, forced]) end.addEventListener('abort', endNow, { once: true })
    // Whatever came up to now came before the listeners.
    if (ending.aborted) askToEnd()
    if (over.aborted || forced.aborted) endNow()
    void signal.then(tell)
  })
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill(name)
    else process.kill(-child.pid, name)
  } catch (error) {
    // It has ended by itself.
    if (!isCode(error, 'ESRCH')) throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === code
}

/** How long one question waits. */
const WAIT_SECONDS = 30

/** One of this run alone, in the lock's namespace, that tells people who it is. */
function leaseFor(lock: string): string {
  const [namespace = ''] = lock.split('/')
  const host = hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 63)
  return `${namespace}/${host}-${process.pid}-${randomBytes(8).toString('hex')}`
}

function lockLost(lock: string): CommandFailure {
  const message = `${lock} could not be kept: its lease was not renewed in time.`
  return new CommandFailure(EXIT.FAILED, 'LOCK_LOST', message)
}
