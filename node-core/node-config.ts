import type { WorkloadKind } from './work/spec/index.ts'

/** What a host (the command line, the desktop app, a test) says of the node it wants. */
export interface NodeConfig {
  /** Absolute path of the folder that holds everything of this node. */
  home: string
  /** Multiaddrs to listen on. Default: TCP and QUIC on port 4000, all interfaces. */
  listen?: readonly string[]
  /** Addresses to tell others besides those. */
  announce?: readonly string[]
  /** Addresses to dial first. */
  bootstrap?: readonly string[]
  /** Admitted peers held at once. */
  peersMax?: number
  /** Look around on the local network. Default true. */
  mdns?: boolean
  /** Default 7780; 0 picks a free one. */
  apiPort?: number
  /** The port that its API should have had, where its host found that taken and gave it another. */
  apiPortWanted?: number
  /** Default 8080; 0 picks a free one. */
  edgePort?: number
  /** The port that its edge should have had, where its host found that taken and gave it another. */
  edgePortWanted?: number
  /** Address that the edge listens on. Default 127.0.0.1. */
  edgeHost?: string
  /** Host names besides loopback's under which the edge serves workloads by path. */
  edgeNames?: readonly string[]
  /** Ranges of the home network that this owner's own workloads may reach if they name them. */
  shieldOpen?: readonly string[]
  /** A port of the edge that takes TLS; 0 picks a free one. Default none. */
  edgeTlsPort?: number
  /** Certificates that it shows besides the network's own. */
  edgeCertificates?: readonly GivenCertificate[]
  /** Overrides what the home remembers. */
  name?: string
  labels?: Record<string, string>
  exchangeIntervalMs?: number
  discoveryIntervalMs?: number
  /** How often a node that waits to be let in asks whether it was. Default 5 s. */
  approvalIntervalMs?: number
  /** After how long a network that did not start is tried again. Default 10 s. */
  startAgainMs?: number
  tombstoneTtlMs?: number
  gcIntervalMs?: number
  /** The built window, served to a browser; without it only the API is. */
  windowFolder?: string
  /** Entries of the catalogue, as they are written; none by default. */
  catalogue?: readonly unknown[]
  /** What is kept for the network beyond what workloads use, in bytes. Default 20 GiB. */
  spaceBudgetBytes?: number
  /** Docker's socket; found by itself when not given. */
  engineSocket?: string
  /** Kinds of work that other owners may run here, where it can be bounded. Default: containers. */
  strangers?: readonly WorkloadKind[]
  /** Graphics processors that workloads may lease, by name, or all that are found. Default: none. */
  gpus?: 'all' | readonly string[]
  /** A Node of this computer, for programs and forwarders. Default: this process's own, if it is one. */
  nodeRuntime?: string
}

/** Files by absolute path, in PEM, and the workload that each of the certificate's names leads to. */
export interface GivenCertificate {
  certificate: string
  key: string
  /** `*.example.org` may lead to `*`: the workload of the label that stands there. */
  names: Readonly<Record<string, string>>
}
