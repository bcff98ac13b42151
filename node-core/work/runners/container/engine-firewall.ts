/**
 * The firewall of this computer by way of its engine, for a node that is not root: whoever may give the
 * engine orders may have a container in the computer's own network (docs/adr/0035). One such container, made
 * when rules are first written, in which the computer's own programs are run.
 */
import { existsSync } from 'node:fs'
import type { Clock } from '../../../base/clock/index.ts'
import { isCode, messageOf } from '../../../base/errors/index.ts'
import {
  createFirewall,
  FIREWALL_MS,
  FIREWALL_OUTPUT_BYTES_MAX,
  type Firewall,
  type Obstacle,
} from '../../shield/index.ts'
import { runCommand } from './commands.ts'
import { createEngine, type Engine } from './engine.ts'
import { firewallProfile } from './firewall-profile.ts'
import type { ContainerRunnerOptions } from './index.ts'
import { ownerLabels, type Whose } from './labels.ts'
import { isHere, locate } from './socket.ts'

export interface EngineFirewallDeps {
  clock: Clock
  node: string
  network: string
}

export function createEngineFirewall(
  { clock, ...whose }: EngineFirewallDeps,
  options: ContainerRunnerOptions,
): Firewall {
  const engine = createEngine(() => locate(options), clock)
  const name = `mycelium-firewall-${whose.node.slice(0, 16)}`
  /** The container runs, as far as is known. */
  let hands: Promise<void> | undefined

  function ready(): Promise<void> {
    hands ??= startHands(engine, name, whose).catch((error) => {
      hands = undefined
      throw error
    })
    return hands
  }

  async function run(command: readonly string[], input: string): Promise<string> {
    await ready()
    try {
      return await runIn(engine, name, { command, input, clock })
    } catch (error) {
      // An engine that was started anew has ended it.
      if (!isCode(error, 'START_FAILED') && !isCode(error, 'INSTANCE_NOT_FOUND')) throw error
      hands = undefined
      await ready()
      return runIn(engine, name, { command, input, clock })
    }
  }

  return createFirewall({
    async ready(): Promise<Obstacle | undefined> {
      if (!isHere(locate(options))) return noHands('the engine is not this computer’s own.')
      return ready().then(
        () => undefined,
        (error) => noHands(messageOf(error)),
      )
    },
    run,
    async close() {
      if (!hands) return
      hands = undefined
      await engine.removeContainer(name).catch(() => {
        // Without its engine it does not run; it is looked for at the next start.
      })
    },
  })
}

async function startHands(engine: Engine, name: string, whose: Whose): Promise<void> {
  // Of a node that was killed; it may be of an older release.
  await engine.removeContainer(name)
  const image = await engine.importEmptyImage()
  await engine.create(name, firewallProfile(image, ownerLabels(whose), existsSync))
  await engine.startContainer(name)
}

interface RunRequest {
  command: readonly string[]
  input: string
  clock: Clock
}

async function runIn(
  engine: Engine,
  name: string,
  { command, input, clock }: RunRequest,
): Promise<string> {
  const running = await runCommand(engine, { engineId: name, name }, { command, input: true })
  let late = false
  const cancel = clock.timer(FIREWALL_MS, () => {
    late = true
    void running.kill()
  })
  try {
    if (input !== '') await running.write(Buffer.from(input))
    running.endInput()
    const said = { stdout: '', stderr: '' }
    for await (const { stream, bytes } of running.output) {
      if (said[stream].length > FIREWALL_OUTPUT_BYTES_MAX) continue
      said[stream] += Buffer.from(bytes).toString('latin1')
    }
    const code = await running.exitCode()
    if (late) throw new Error('The firewall did not answer in time.')
    if (code !== 0) throw new Error(said.stderr.trim() || `${command[0]} ended with ${code}.`)
    return said.stdout
  } finally {
    cancel()
  }
}

function noHands(why: string): Obstacle {
  const message = `Connections of containers are not bounded: this node is not root, and ${why}`
  return { code: 'NOT_ROOT', message }
}
