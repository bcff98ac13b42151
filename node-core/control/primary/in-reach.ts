/** Who of the committee is connected, where nobody can be asked for more. */
import type { Net } from '../../base/net/index.ts'
import { faultyVotersMax } from '../consensus/simplex/index.ts'
import { type Committee, majorityOf } from './committee.ts'

export interface InReachDeps {
  net: Pick<Net, 'self' | 'peers'>
  committee(): Committee | undefined
  isSimplex: boolean
}

export interface InReach {
  /** There are other members, and none of them is connected. */
  isAlone(): boolean
  /** As many voters as decide are connected. */
  hasQuorum(): boolean
}

export function createInReach({ net, committee, isSimplex }: InReachDeps): InReach {
  return {
    isAlone() {
      const { voters = [], learners = [] } = committee() ?? {}
      if (voters.length === 1 && voters[0] === net.self) return false
      const others = [...voters, ...learners].filter((node) => node !== net.self)
      const reachable = new Set(net.peers())
      return others.length > 0 && !others.some((node) => reachable.has(node))
    },
    hasQuorum() {
      const { voters = [] } = committee() ?? {}
      const reachable = new Set(net.peers())
      const seen = voters.filter((voter) => reachable.has(voter)).length
      const needed = isSimplex
        ? voters.length - faultyVotersMax(voters.length)
        : majorityOf(voters.length)
      return voters.length > 0 && seen >= needed
    },
  }
}
