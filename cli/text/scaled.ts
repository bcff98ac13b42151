/** After how many copies there are and since when: why. A newer node may have reasons unknown here. */
export function scaledWhy(why: string): string {
  switch (why) {
    case 'REQUESTS':
      return ', by its requests'
    case 'LATENCY':
      return ', by how long answers take'
    case 'PROCESSOR':
      return ', by the processor time it takes'
    case 'QUEUE':
      return ', by its queue'
    case 'WOKEN':
      return ', since a request woke it'
    case 'BOUNDS':
      return ', as its bounds say'
    default:
      return ''
  }
}
