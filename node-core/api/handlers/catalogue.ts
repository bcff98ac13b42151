import type { Entry } from '../../work/catalogue/index.ts'
import { type CatalogueEntry, deployInput } from '../contract/index.ts'
import type { Builder } from './base.ts'
import type { ApiDeps } from './index.ts'

/** The catalogue is read and filled in; deploying what came out is for whoever asked. */
export function catalogueHandlers(build: Builder, { catalogue }: ApiDeps) {
  const { list, show, fill } = build.catalogue
  return {
    list: list.handler(() => ({ entries: catalogue.list().map(viewOf) })),
    show: show.handler(({ input }) => viewOf(catalogue.get(input.name))),
    fill: fill.handler(({ input: { name, answers = {} } }) => {
      const filled = catalogue.fill(name, answers)
      return { ...filled, workloads: filled.workloads.map((one) => deployInput.parse(one)) }
    }),
  }
}

function viewOf({ workloads: _, ...entry }: Entry): CatalogueEntry {
  return entry
}
