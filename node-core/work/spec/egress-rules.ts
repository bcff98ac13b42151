/** What a workload may connect to outside of the network. */

/** Whatever it says, what is shielded (`work/addresses`) is not reached unless a node's owner opens it. */
export type Egress = 'all' | EgressRule[]
export type EgressRule = HostRule | AddressRule
/** By TCP. */
export interface HostRule {
  host: string
  ports: number[]
}
export interface AddressRule {
  /** A range: `203.0.113.0/24`. */
  address: string
  ports: number[]
  protocol: 'tcp' | 'udp'
}
