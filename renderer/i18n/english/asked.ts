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
  probeTimes: {
    period: 'asked every {{time}}',
    timeout: 'each time for {{time}} at most',
    failures: '{{count}} failures in a row count',
    failures_one: 'one failure counts',
  },
  mount: 'finds the volume {{volume}} at {{path}}',
  mountReadOnly: 'finds the volume {{volume}} at {{path}}, to read only',
  user: 'runs as the user {{user}}',
  keeps: 'Keeps',
  volume: {
    wait: 'the volume {{name}}, up to {{size}}; where its computer is out of sight, the copy waits for that',
    empty:
      'the volume {{name}}, up to {{size}}; where its computer is out of sight, the copy starts elsewhere with nothing',
  },
  keptAfter: 'It lies on the computer that runs the copy, and stays for 30 days after a deletion.',
  where: 'Where',
  onlyOn: 'Only on nodes with',
  spread: {
    name: 'Spread over',
    node: 'different computers first',
    site: 'different sites first, then different computers',
    owner: 'computers of different owners first',
  },
  apart: 'Never beside',
  near: 'Rather beside',
  uses: 'Finds by name',
  usesAs: '{{as}}, which is {{name}}',
  secrets: 'Is handed',
  inVariable: 'the secret {{name}} in the variable {{place}}',
  inFile: 'the secret {{name}} in the file {{place}}',
  bare: 'the secret {{name}}',
} as const
