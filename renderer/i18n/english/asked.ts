/** What a manifest asks for, beside its rules, as "How it runs" says it. */
export const asked = {
  port: 'listens at port {{port}}',
  hostPort: 'listens at port {{port}}, which is port {{host}} of its computer',
  probe: {
    startup: 'has started once {{what}}',
    live: 'is started again unless {{what}}',
    ready: 'gets requests while {{what}}',
  },
  check: {
    http: 'GET {{path}} at port {{port}} is answered well',
    tcp: 'port {{port}} takes connections',
    command: '{{command}} ends with exit code 0',
  },
  uses: 'Finds by name',
  usesAs: '{{as}}, which is {{name}}',
  secrets: 'Is handed',
  inVariable: 'the secret {{name}} in the variable {{place}}',
  inFile: 'the secret {{name}} in the file {{place}}',
  bare: 'the secret {{name}}',
} as const
