// The bare Node proxy that the edge is measured beside: node:http in, node:http out, keep-alive.
import http from 'node:http'

const [port, upstream] = process.argv.slice(2).map(Number)
const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
http
  .createServer((request, response) => {
    const { method, url: path, headers } = request
    const forwarded = http.request(
      { host: '127.0.0.1', port: upstream, method, path, headers, agent },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers)
        answer.pipe(response)
      },
    )
    forwarded.on('error', () => response.writeHead(502).end())
    request.pipe(forwarded)
  })
  .listen(port, '127.0.0.1')
