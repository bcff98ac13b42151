/** Flags that tie a workload to others: whom it finds, which secrets it is handed, and near whom it runs. */
import type { Command } from 'commander'
import { wrongUsage } from '../exit-codes.ts'
import type { Inputs } from '../node-client.ts'
import { isOneOf } from '../text/choices.ts'
import { collect } from '../text/parse.ts'

export interface TieFlags {
  use?: string[]
  secret?: string[]
  secretFile?: string[]
  spread?: string
  apart?: string[]
  near?: string[]
}

type Ties = Pick<Inputs['workloads']['deploy'], 'uses' | 'secrets' | 'placement'>

export function addTieFlags(command: Command): Command {
  return command
    .option(
      '--use <name:as>',
      'another workload that it finds by name, or by another; repeatable',
      collect,
    )
    .option(
      '--secret <name=variable>',
      'a secret of its own, in a variable: web/password=DB_PASSWORD; repeatable',
      collect,
    )
    .option(
      '--secret-file <name=file>',
      'the same as a file below /run/mycelium/secrets; repeatable',
      collect,
    )
    .option('--spread <over>', 'node, site or owner: what its copies are spread over first')
    .option('--apart <name>', 'never on one computer with that workload; repeatable', collect)
    .option('--near <name>', 'rather where that workload runs; repeatable', collect)
}

export function tiesOf({ use, secret, secretFile, spread, apart, near }: TieFlags): Ties {
  if (spread !== undefined && !isOneOf(['node', 'site', 'owner'], spread)) {
    throw wrongUsage('--spread: node, site or owner.')
  }
  const placement = {
    ...(spread !== undefined && { spread }),
    ...(apart && { apart }),
    ...(near && { near }),
  }
  const secrets = [
    ...(secret ?? []).map((text) => handed('--secret', 'env', text)),
    ...(secretFile ?? []).map((text) => handed('--secret-file', 'file', text)),
  ]
  return {
    ...(use && { uses: use.map(useOf) }),
    ...(secrets.length > 0 && { secrets }),
    ...(Object.keys(placement).length > 0 && { placement }),
  }
}

function useOf(text: string): NonNullable<Ties['uses']>[number] {
  const [name = '', as, more] = text.split(':')
  if (name === '' || as === '' || more !== undefined) {
    throw wrongUsage(`--use: “${text}” is not NAME or NAME:AS, such as mariadb:db.`)
  }
  return as === undefined ? name : { name, as }
}

function handed(flag: string, where: 'env' | 'file', text: string) {
  const [, name, to] = /^([^=]+)=([^=]+)$/.exec(text) ?? []
  if (name !== undefined && to !== undefined) return { name, [where]: to }
  throw wrongUsage(
    `${flag}: what stands there is not NAME=${where === 'env' ? 'VARIABLE' : 'FILE'}.`,
  )
}
