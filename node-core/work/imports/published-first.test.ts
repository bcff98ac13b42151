/** The edge leads to the first port: what was published goes before what is exposed. */
import { expect, test } from 'vitest'
import { importText } from './index.ts'

test.each([
  'services:\n  api: { image: "a:1", expose: [9000], ports: ["80:80", "81:81"] }\n',
  'services:\n  api: { image: "a:1", ports: ["127.0.0.1:9000:9000", "80:80", "81:81"] }\n',
  'docker run --name api --expose 9000 -p 80:80 -p 81:81 a:1',
])('%s', (text) => {
  const ports = importText({ text }).workloads[0]?.containers[0]?.ports ?? []
  expect(ports.map(({ containerPort }) => containerPort)).toEqual([80, 81, 9000])
})
