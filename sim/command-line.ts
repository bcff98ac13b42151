/** What `npm run sim -- …` is asked for, read once. */
import { parseArgs } from 'node:util'
import { messageOf } from '../node-core/base/errors/index.ts'

export const USAGE = `npm run sim -- [what] [--seeds N] [--seed K]: N seeds from K on; one alone tells its trace.

  --nodes N --steps N        nothing else: the shared state of networks of so many nodes and steps
  --consensus raft|simplex   that engine alone
    --liars                  with as many liars among the voters as may be
    --voters N               with so many voters, in place of as many as the seed draws
  --primary                  the registry of whole nodes, over simulated disks and clocks
    --engine raft|simplex    under that engine; Raft if not given
    --liars | --overrun      with as many liars as may be, or one more; under Simplex
    --lease-reads            with reads by the leader's lease, on computers that sleep
    --voters N               with so many voters, in place of as many as the seed draws
    --brief                  brief, as most of a test run are
  --work                     whole nodes at work under a Primary: who is given what, and what runs where
    --engine raft|simplex    as above
  --recovery                 a committee among liars that is lost, and overruled by an admin
  --follow                   many that follow the log of a committee
  --mutations                each planted fault, and how many of N seeds find it
    --consensus raft|simplex of that engine alone`

const ENGINES = ['raft', 'simplex'] as const
type EngineName = (typeof ENGINES)[number]

const OPTIONS = {
  seeds: { type: 'string' },
  seed: { type: 'string' },
  nodes: { type: 'string' },
  steps: { type: 'string' },
  voters: { type: 'string' },
  consensus: { type: 'string' },
  engine: { type: 'string' },
  follow: { type: 'boolean', default: false },
  liars: { type: 'boolean', default: false },
  overrun: { type: 'boolean', default: false },
  brief: { type: 'boolean', default: false },
  'lease-reads': { type: 'boolean', default: false },
  primary: { type: 'boolean', default: false },
  work: { type: 'boolean', default: false },
  recovery: { type: 'boolean', default: false },
  mutations: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const

export type Request = ReturnType<typeof readRequest>

/** What is asked for, or in one line why it cannot be. */
export function parseCommandLine(args: readonly string[]): Request | { wrong: string } {
  try {
    return readRequest(args)
  } catch (error) {
    return { wrong: messageOf(error).split('\n')[0] ?? '' }
  }
}

function readRequest(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options: OPTIONS })
  const { seeds, seed, nodes, steps, voters, consensus, engine, ...flags } = values
  const request = {
    ...flags,
    first: numberOf('seed', seed) ?? 1,
    count: numberOf('seeds', seeds) ?? (seed === undefined ? 100 : 1),
    nodes: numberOf('nodes', nodes) ?? 5,
    steps: numberOf('steps', steps) ?? 12,
    voters: numberOf('voters', voters),
    consensus: engineNamed(consensus),
    engine: engineNamed(engine) ?? 'raft',
  }
  if (flags['lease-reads'] && (request.engine !== 'raft' || flags.liars || flags.overrun)) {
    throw new Error('Only Raft has a leader with a lease.')
  }
  return request
}

function numberOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9][0-9]{0,14}$/.test(text))
    throw new Error(`--${name} takes a number from 1 on: ${text}`)
  return Number(text)
}

function engineNamed(name: string | undefined): EngineName | undefined {
  const engine = ENGINES.find((each) => each === name)
  if (name !== undefined && !engine)
    throw new Error(`No such engine: ${name}. There are: ${ENGINES.join(', ')}.`)
  return engine
}
