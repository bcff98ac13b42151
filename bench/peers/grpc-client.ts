/** etcd's own protocol from Node: `@grpc/grpc-js`, which is what a program of Node's would use for it. */
import grpc from '@grpc/grpc-js'
import { fromJSON } from '@grpc/proto-loader'
import { type KeyStores, VALUE } from '../key-stores.ts'
import { type Figures, loadBy } from '../load.ts'

/** What is used of etcd's `rpc.proto`, 3.4. */
const PROTOCOL = {
  nested: {
    etcdserverpb: {
      nested: {
        KV: {
          methods: {
            Put: { requestType: 'PutRequest', responseType: 'Empty' },
            Range: { requestType: 'RangeRequest', responseType: 'Empty' },
          },
        },
        PutRequest: { fields: { key: { type: 'bytes', id: 1 }, value: { type: 'bytes', id: 2 } } },
        RangeRequest: { fields: { key: { type: 'bytes', id: 1 } } },
        Empty: { fields: {} },
      },
    },
  },
}
/** Connections of all clients together: a connection carries many calls. */
const CONNECTIONS_MAX = 4
const DEADLINE_MS = 10_000

type Call = (
  request: object,
  options: grpc.CallOptions,
  done: (error: grpc.ServiceError | null) => void,
) => void
type KeyValue = grpc.Client & { Put: Call; Range: Call }

/** The same load as `load` puts on stores. */
export async function loadByGrpc(
  stores: KeyStores,
  clients: number,
  what: 'put' | 'get',
): Promise<Figures> {
  const hosts = stores.doors.map(({ origin }) => new URL(origin).host)
  const connections = Array.from({ length: Math.min(clients, CONNECTIONS_MAX) }, (_, at) =>
    connect(hosts[at % hosts.length] ?? ''),
  )
  try {
    return await loadBy(clients, (client, n) => {
      const connection = connections[client % connections.length]
      const key = Buffer.from(`m/${n}`)
      const [method, request] =
        what === 'put' ? (['Put', { key, value: VALUE }] as const) : (['Range', { key }] as const)
      return new Promise((resolve, reject) => {
        const options = { deadline: Date.now() + DEADLINE_MS }
        connection?.[method](request, options, (error) => (error ? reject(error) : resolve()))
      })
    })
  } finally {
    for (const connection of connections) connection.close()
  }
}

function connect(host: string): KeyValue {
  const { etcdserverpb } = grpc.loadPackageDefinition(
    fromJSON(PROTOCOL as unknown as Parameters<typeof fromJSON>[0]),
  )
  const { KV } = etcdserverpb as { KV: grpc.ServiceClientConstructor }
  // Else all of one address would share a connection.
  const options = { 'grpc.use_local_subchannel_pool': 1 }
  return new KV(host, grpc.credentials.createInsecure(), options) as unknown as KeyValue
}
