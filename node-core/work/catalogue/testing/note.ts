// biome-ignore-all lint/suspicious/noTemplateCurlyInString: places for answers.
/** A small entry with one question of each kind. */
export const NOTE = {
  name: 'note',
  title: 'Note',
  summary: 'A note on the door.',
  about: 'It keeps one note, and shows it.',
  category: 'home',
  licence: 'MIT',
  homePage: 'https://note.example.org/',
  imagePage: 'https://note.example.org/image',
  icon: 'M3 3h14',
  runsAs: 'own',
  firstSteps: 'Open it.',
  notes: [],
  questions: [
    { key: 'name', kind: 'name', label: 'Name', default: 'note' },
    { key: 'image', kind: 'image', label: 'Image', default: 'note:1', more: true },
    {
      ...{ key: 'title', kind: 'text', label: 'Title', default: 'Hello' },
      ...{ pattern: '^[A-Z]', patternHelp: 'It begins with a capital.' },
    },
    { key: 'text', kind: 'lines', label: 'Text', default: 'one\ntwo' },
    { key: 'copies', kind: 'number', label: 'Copies', default: 2, min: 1, max: 3 },
    { key: 'room', kind: 'size', label: 'Room', default: '1Gi', min: '1Mi', max: '2Gi' },
    { key: 'open', kind: 'yes', label: 'Open', default: true },
    {
      ...{ key: 'access', kind: 'choice', label: 'Who', default: 'public' },
      options: [
        { value: 'public', label: 'All' },
        { value: 'members', label: 'Members' },
      ],
    },
    {
      ...{ key: 'password', kind: 'secret', label: 'Password', length: 24, alphabet: 'plain' },
      forPeople: true,
    },
  ],
  workloads: [
    {
      name: '${name}-db',
      containers: [
        {
          image: 'db:1',
          ports: [{ containerPort: 5432 }],
          mounts: [{ volume: 'data', path: '/data' }],
        },
      ],
      volumes: [{ name: 'data', size: '${room}' }],
      secrets: [{ name: '${name}-db/password', env: 'PASSWORD', of: 'password' }],
    },
    {
      name: '${name}',
      replicas: '${copies}',
      containers: [
        {
          image: '${image}',
          env: { TITLE: '${title}', OPEN: '${open}', GREETING: '${title}, from ${name}' },
          ports: [{ containerPort: 80 }],
          files: [{ path: '/etc/note', content: '${text}' }],
        },
      ],
      uses: [{ name: '${name}-db', as: 'db' }],
      edge: { access: '${access}' },
      secrets: [{ name: '${name}/password', file: 'password', of: 'password' }],
    },
  ],
}
